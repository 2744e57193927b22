# SPDX-License-Identifier: GPL-3.0-or-later
add_library(gateway_test_support STATIC unit/gateway/raw_client.cpp unit/gateway/raw_client.h)
target_link_libraries(gateway_test_support PUBLIC tipwatch_warnings)

foreach(name test_frame_decoder test_deflate test_reactor_parts test_session test_front_door_parts test_shard test_gateway
    test_gateway_switching test_metrics)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

# The front door
foreach(name test_admission test_http_limits test_tokens test_access)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway gateway_test_support)
endforeach()

target_link_libraries(test_tokens PRIVATE OpenSSL::Crypto)
target_link_libraries(test_access PRIVATE OpenSSL::Crypto)
target_link_libraries(test_deflate PRIVATE ZLIB::ZLIB)

if(TIPWATCH_BENCH)
    add_executable(fanout bench/fanout.cpp)
    target_link_libraries(fanout PRIVATE tipwatch_gateway)
endif()
