# SPDX-License-Identifier: GPL-3.0-or-later
foreach(name test_gateway)
    tipwatch_test(NAME ${name} SOURCES unit/gateway/${name}.cpp LIBS tipwatch_gateway)
endforeach()
