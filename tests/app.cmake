# SPDX-License-Identifier: GPL-3.0-or-later
tipwatch_test(NAME test_value_text SOURCES unit/config/test_value_text.cpp LIBS tipwatch_shared)
tipwatch_test(NAME test_config_loader SOURCES unit/config/test_config_loader.cpp LIBS tipwatch_shared)
target_compile_definitions(test_config_loader PRIVATE TIPWATCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
tipwatch_test(NAME test_log_line SOURCES unit/app/test_log_line.cpp ${PROJECT_SOURCE_DIR}/app/log_line.cpp LIBS tipwatch_shared)

tipwatch_test(NAME test_architecture SOURCES architecture/test_architecture.cpp architecture/rules.cpp architecture/rules.h
    LIBS Qt6::Core)
target_compile_definitions(test_architecture PRIVATE TIPWATCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME check_format COMMAND ${PROJECT_SOURCE_DIR}/tests/architecture/check_format.sh)
