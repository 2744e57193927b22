# SPDX-License-Identifier: GPL-3.0-or-later
add_library(gateway_test_support STATIC unit/gateway/raw_client.cpp unit/gateway/raw_client.h)
target_link_libraries(gateway_test_support PUBLIC tipwatch_warnings)

foreach(name test_frame_decoder test_deflate test_reactor_parts test_session test_front_door_parts test_shard test_resume
    test_gateway test_gateway_switching test_metrics)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

# The front door
foreach(name test_admission test_http_limits test_tokens test_access)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

target_link_libraries(test_tokens PRIVATE OpenSSL::Crypto)
target_link_libraries(test_access PRIVATE OpenSSL::Crypto)
target_link_libraries(test_deflate PRIVATE ZLIB::ZLIB)

add_library(dialect_test_support STATIC
    unit/gateway/dialects/conversation.cpp unit/gateway/dialects/conversation.h
    unit/gateway/dialects/golden_file.cpp unit/gateway/dialects/golden_file.h
    unit/gateway/dialects/stream_samples.cpp unit/gateway/dialects/stream_samples.h
    unit/gateway/dialects/wire_names.h)
target_link_libraries(dialect_test_support PUBLIC tipwatch_warnings tipwatch_gateway)
target_compile_definitions(dialect_test_support PRIVATE TIPWATCH_FIXTURES="${PROJECT_SOURCE_DIR}/tests/fixtures")

foreach(name test_canonical_requests test_cbor test_dialect_golden test_dialect_requests test_filtered_stream test_stream_filter)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/dialects/${name}.cpp LIBS dialect_test_support)
endforeach()

if(TIPWATCH_BENCH)
    add_executable(fanout bench/fanout.cpp)
    target_link_libraries(fanout PRIVATE tipwatch_gateway)
endif()
