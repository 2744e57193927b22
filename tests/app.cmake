# SPDX-License-Identifier: GPL-3.0-or-later
tipwatch_test(NAME test_value_text SOURCES unit/config/test_value_text.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_config_loader SOURCES unit/config/test_config_loader.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_log_line SOURCES unit/app/test_log_line.cpp ${PROJECT_SOURCE_DIR}/app/log_line.cpp LIBS tipwatch_shared)

tipwatch_test(NAME test_architecture SOURCES architecture/test_architecture.cpp architecture/rules.cpp architecture/rules.h
    LIBS Qt6::Core)
add_test(NAME check_format COMMAND ${PROJECT_SOURCE_DIR}/tests/architecture/check_format.sh)

add_library(tipwatch_program STATIC
    integration/feed_client.cpp integration/feed_client.h
    integration/program.cpp integration/program.h
)
target_link_libraries(tipwatch_program PUBLIC tipwatch_warnings Qt6::Core Qt6::Network Qt6::WebSockets Qt6::Test)
target_compile_definitions(tipwatch_program PRIVATE TIPWATCH_PROGRAM="$<TARGET_FILE:tipwatch>")
add_dependencies(tipwatch_program tipwatch)

tipwatch_test(NAME test_command_line SOURCES integration/test_command_line.cpp LIBS tipwatch_program)
tipwatch_test(NAME test_feed SOURCES integration/test_feed.cpp LIBS tipwatch_program)
tipwatch_test(NAME test_watching_a_node SOURCES integration/test_watching_a_node.cpp LIBS tipwatch_program tipwatch_fake_node)

add_executable(history_writer tools/history_writer.cpp)
target_link_libraries(history_writer PRIVATE tipwatch_warnings tipwatch_history)
tipwatch_test(NAME test_history_survives SOURCES integration/test_history_survives.cpp
    LIBS tipwatch_program tipwatch_fake_node Qt6::Sql)
target_compile_definitions(test_history_survives PRIVATE TIPWATCH_HISTORY_WRITER="$<TARGET_FILE:history_writer>")
add_dependencies(test_history_survives history_writer)

tipwatch_test(NAME live_program_regtest SOURCES regtest/test_live_program.cpp LIBS tipwatch_program tipwatch_regtest)
