# SPDX-License-Identifier: GPL-3.0-or-later
# What the node said, recorded: see fixtures/bitcoin-core-31/README.md
add_library(tipwatch_fixture STATIC support/fixture.cpp support/fixture.h)
target_link_libraries(tipwatch_fixture PUBLIC tipwatch_warnings Qt6::Core PRIVATE ZLIB::ZLIB)
target_compile_definitions(tipwatch_fixture PRIVATE TIPWATCH_FIXTURES="${CMAKE_CURRENT_SOURCE_DIR}/fixtures")

# The Bitcoin source: exactness
add_library(tipwatch_recording STATIC support/recording.cpp support/recording.h)
target_link_libraries(tipwatch_recording PUBLIC tipwatch_sources tipwatch_fixture PRIVATE simdjson::simdjson)
tipwatch_test(NAME mempool_tracker_test SOURCES unit/sources/mempool_tracker_test.cpp LIBS tipwatch_sources tipwatch_recording)
add_library(tipwatch_regtest STATIC
    support/event_log.h
    support/regtest_node.cpp support/regtest_node.h
    support/source_under_test.h
    support/test_wallet.cpp support/test_wallet.h)
target_link_libraries(tipwatch_regtest PUBLIC tipwatch_sources Qt6::Test PRIVATE simdjson::simdjson)
add_library(tipwatch_fake_node STATIC
    support/fake_chain.cpp support/fake_chain.h
    support/fake_node.cpp support/fake_node.h
    support/loopback_address.cpp support/loopback_address.h)
target_link_libraries(tipwatch_fake_node PUBLIC tipwatch_regtest PRIVATE PkgConfig::ZMQ)
tipwatch_test(NAME bitcoin_source_test SOURCES unit/sources/bitcoin_source_test.cpp LIBS tipwatch_fake_node)
tipwatch_test(NAME peers_test SOURCES unit/sources/peers_test.cpp LIBS tipwatch_fake_node tipwatch_fixture simdjson::simdjson)
tipwatch_test(NAME bitcoin_source_regtest SOURCES regtest/bitcoin_source_regtest.cpp LIBS tipwatch_regtest)
tipwatch_test(NAME block_history_regtest SOURCES regtest/block_history_regtest.cpp LIBS tipwatch_regtest)
set_tests_properties(bitcoin_source_test bitcoin_source_regtest block_history_regtest PROPERTIES TIMEOUT 900)

if(TIPWATCH_BENCH)
    add_executable(regtest_latency bench/regtest_latency.cpp)
    target_link_libraries(regtest_latency PRIVATE tipwatch_regtest)
endif()

# The Bitcoin source: the node's words
tipwatch_test(NAME decoder_test SOURCES unit/sources/decoder_test.cpp LIBS tipwatch_sources tipwatch_fixture)
tipwatch_test(NAME script_locks_test SOURCES unit/sources/script_locks_test.cpp LIBS tipwatch_sources)
tipwatch_test(NAME rpc_parser_test SOURCES unit/sources/rpc_parser_test.cpp LIBS tipwatch_sources tipwatch_fixture)
tipwatch_test(NAME rpc_client_test SOURCES unit/sources/rpc_client_test.cpp LIBS tipwatch_sources tipwatch_fixture Qt6::Network)
tipwatch_test(NAME zmq_subscriber_test SOURCES unit/sources/zmq_subscriber_test.cpp LIBS tipwatch_sources PkgConfig::ZMQ)
tipwatch_test(NAME node_locator_test SOURCES unit/sources/node_locator_test.cpp LIBS tipwatch_sources)
tipwatch_test(NAME bitcoin_wire_regtest SOURCES regtest/bitcoin_wire_regtest.cpp LIBS tipwatch_regtest)
tipwatch_test(NAME node_queries_regtest SOURCES regtest/node_queries_regtest.cpp LIBS tipwatch_regtest)
tipwatch_test(NAME transaction_life_regtest SOURCES regtest/transaction_life_regtest.cpp LIBS tipwatch_regtest)
tipwatch_test(NAME projection_regtest SOURCES regtest/projection_regtest.cpp LIBS tipwatch_regtest)

# The simulated source
tipwatch_test(NAME test_simulated_network SOURCES unit/sources/test_simulated_network.cpp LIBS tipwatch_sources)
tipwatch_test(NAME test_simulated_source SOURCES unit/sources/test_simulated_source.cpp LIBS tipwatch_sources)
