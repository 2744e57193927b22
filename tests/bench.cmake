# SPDX-License-Identifier: GPL-3.0-or-later
# Programs that print figures; none of them is a test. TIPWATCH_BENCH=OFF leaves them out.
if(NOT TIPWATCH_BENCH)
    return()
endif()

# The simulated source and the store under it
add_executable(bench_simulated bench/simulated.cpp)
target_link_libraries(bench_simulated PRIVATE tipwatch_warnings tipwatch_sources)

# The whole way: a real node, the real program, a browser's socket
add_executable(live_latency bench/live_latency.cpp)
target_link_libraries(live_latency PRIVATE tipwatch_program tipwatch_regtest)

# The order in which a mempool is mined, and the blocks cut out of it
add_executable(bench_projection bench/projection.cpp)
target_link_libraries(bench_projection PRIVATE tipwatch_warnings tipwatch_shared)

# The history's file
add_executable(bench_history bench/history.cpp)
target_link_libraries(bench_history PRIVATE tipwatch_warnings tipwatch_history)

# What a block costs that is compared with what was expected
add_executable(bench_block_audit bench/block_audit.cpp)
target_link_libraries(bench_block_audit PRIVATE tipwatch_warnings tipwatch_shared)

# From the connection to a node with a full mempool to the proven picture of it
if(TARGET tipwatch_fake_node)
    add_executable(bench_connect bench/connect.cpp)
    target_link_libraries(bench_connect PRIVATE tipwatch_fake_node)
endif()
