# SPDX-License-Identifier: GPL-3.0-or-later
if(NOT TIPWATCH_GUI)
    return()
endif()

add_library(tipwatch_ui_test_support STATIC qml/scripted_chain.cpp qml/scripted_chain.h)
target_link_libraries(tipwatch_ui_test_support PUBLIC tipwatch_shared)

# For looking at the window: see its first lines.
add_executable(ui_gallery qml/ui_gallery.cpp)
target_link_libraries(ui_gallery PRIVATE tipwatch_ui tipwatch_ui_test_support Qt6::Widgets)
