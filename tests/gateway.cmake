# SPDX-License-Identifier: GPL-3.0-or-later
add_library(gateway_test_support STATIC unit/gateway/raw_client.cpp unit/gateway/raw_client.h)
target_link_libraries(gateway_test_support PUBLIC tipwatch_warnings)

foreach(name test_frame_decoder test_deflate test_reactor_parts test_session test_front_door_parts test_shard test_resume test_delivery
    test_exactness test_gateway test_gateway_switching test_churn test_metrics test_tracks test_client_list)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

# The front door
foreach(name test_admission test_http_limits test_tokens test_access test_tls test_rest test_history_api test_block_api)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

# The stream without WebSocket
foreach(name test_event_stream test_long_poll test_alerts_served test_projected)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()
tipwatch_test(NAME test_curl SOURCES integration/test_curl.cpp LIBS tipwatch_gateway gateway_test_support)

target_link_libraries(test_event_stream PRIVATE OpenSSL::Crypto)
target_link_libraries(test_tokens PRIVATE OpenSSL::Crypto)
target_link_libraries(test_access PRIVATE OpenSSL::Crypto)
target_link_libraries(test_tls PRIVATE OpenSSL::Crypto)
target_link_libraries(test_rest PRIVATE ZLIB::ZLIB)
target_link_libraries(test_deflate PRIVATE ZLIB::ZLIB)

add_library(dialect_test_support STATIC
    unit/gateway/dialects/conversation.cpp unit/gateway/dialects/conversation.h
    unit/gateway/dialects/golden_file.cpp unit/gateway/dialects/golden_file.h
    unit/gateway/dialects/stream_samples.cpp unit/gateway/dialects/stream_samples.h
    unit/gateway/dialects/wire_names.h)
target_link_libraries(dialect_test_support PUBLIC tipwatch_warnings tipwatch_gateway)
target_compile_definitions(dialect_test_support PRIVATE TIPWATCH_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")

foreach(name test_canonical_requests test_cbor test_dialect_golden test_dialect_requests test_dialects_served
    test_filtered_stream test_stream_filter)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/dialects/${name}.cpp LIBS dialect_test_support)
endforeach()

if(TIPWATCH_BENCH)
    add_executable(fanout_server bench/fanout_server.cpp)
    target_link_libraries(fanout_server PRIVATE tipwatch_gateway)
    add_executable(fanout_load bench/fanout_load.cpp)
    target_link_libraries(fanout_load PRIVATE tipwatch_warnings)
endif()

# For conformance suites, ours and others'
add_executable(ws_echo tools/ws_echo.cpp)
target_link_libraries(ws_echo PRIVATE tipwatch_gateway)
foreach(rfc rfc6455 rfc7692)
    tipwatch_test(NAME conformance_${rfc} SOURCES conformance/test_${rfc}.cpp conformance/echo_program.h
        LIBS gateway_test_support Qt6::Core ZLIB::ZLIB)
    target_compile_definitions(conformance_${rfc} PRIVATE TIPWATCH_WS_ECHO="$<TARGET_FILE:ws_echo>")
    add_dependencies(conformance_${rfc} ws_echo)
endforeach()

# Clients that nobody here wrote; what is not installed is shown as skipped. Once is enough, and not under sanitizers.
if(NOT TIPWATCH_SANITIZE)
    add_test(NAME interop_npm_ws COMMAND node --test ${CMAKE_CURRENT_SOURCE_DIR}/interop/ws_client.test.js)
    add_test(NAME interop_python_websockets COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/interop/websockets_client.py)
    set_tests_properties(interop_npm_ws interop_python_websockets PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
        ENVIRONMENT "TIPWATCH_BINARY=$<TARGET_FILE:tipwatch>;TIPWATCH_WS_ECHO=$<TARGET_FILE:ws_echo>")
endif()
