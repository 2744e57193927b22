# SPDX-License-Identifier: GPL-3.0-or-later
tipwatch_test(NAME test_address SOURCES unit/shared/test_address.cpp LIBS tipwatch_shared tipwatch_fixture)
tipwatch_test(NAME test_domain SOURCES unit/shared/test_domain.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_mempool_graph SOURCES unit/shared/test_mempool_graph.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_projection SOURCES unit/shared/test_projection.cpp LIBS tipwatch_shared tipwatch_fixture)
tipwatch_test(NAME test_chain_store SOURCES unit/shared/test_chain_store.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_transaction_life SOURCES unit/shared/test_transaction_life.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_query_desk SOURCES unit/shared/test_query_desk.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_encoder SOURCES unit/shared/test_encoder.cpp LIBS tipwatch_shared)
