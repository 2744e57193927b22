# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name test_history_store test_history_file test_history_recorder)
    tipwatch_test(NAME ${name} SOURCES unit/history/${name}.cpp LIBS tipwatch_history)
endforeach()
