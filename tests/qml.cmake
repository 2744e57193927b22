# SPDX-License-Identifier: GPL-3.0-or-later
if(NOT TIPWATCH_GUI)
    return()
endif()
find_package(Qt6 6.4 REQUIRED COMPONENTS DBus QuickTest Svg)

add_library(tipwatch_ui_test_support STATIC qml/scripted_chain.cpp qml/scripted_chain.h)
target_link_libraries(tipwatch_ui_test_support PUBLIC tipwatch_shared)

tipwatch_test(NAME ui_format_test SOURCES qml/format_test.cpp LIBS tipwatch_ui_module)
tipwatch_test(NAME ui_update_feed_test SOURCES qml/update_feed_test.cpp LIBS tipwatch_ui_module)
tipwatch_test(NAME ui_models_test SOURCES qml/models_test.cpp LIBS tipwatch_ui_module tipwatch_ui_test_support)

tipwatch_test(NAME ui_treemap_test SOURCES qml/treemap_test.cpp LIBS tipwatch_ui_module)

# Those below draw: on a screen of their own, by Mesa, so that a machine without either runs them the same.
function(tipwatch_window_test)
    cmake_parse_arguments(T "" "NAME" "SOURCES;LIBS" ${ARGN})
    add_executable(${T_NAME} ${T_SOURCES})
    target_link_libraries(${T_NAME} PRIVATE tipwatch_warnings ${T_LIBS} Qt6::Test Qt6::Widgets)
    find_program(XVFB_RUN xvfb-run REQUIRED DOC "Debian: xvfb, xauth")
    add_test(NAME ${T_NAME} COMMAND ${XVFB_RUN} -a -s "-screen 0 3840x2160x24" $<TARGET_FILE:${T_NAME}>)
    set_tests_properties(${T_NAME} PROPERTIES TIMEOUT 300 ENVIRONMENT "QT_QPA_PLATFORM=xcb;LIBGL_ALWAYS_SOFTWARE=1;QT_LOGGING_RULES=tipwatch.ui.*=false")
endfunction()

tipwatch_window_test(NAME ui_window_test SOURCES qml/window_test.cpp LIBS tipwatch_ui tipwatch_ui_test_support)
# The same through OpenGL, which is not what the window chooses on a screen without a GPU.
add_test(NAME ui_window_opengl_test COMMAND ${XVFB_RUN} -a -s "-screen 0 3840x2160x24" $<TARGET_FILE:ui_window_test>
    "noTextIsCutOrOverlaps:1440x900 live" newBlockShowsInTitleAndTrain latencyIsMeasuredToTheFrame burstDoesNotBlockTheWindow)
set_tests_properties(ui_window_opengl_test PROPERTIES TIMEOUT 300
    ENVIRONMENT "QT_QPA_PLATFORM=xcb;LIBGL_ALWAYS_SOFTWARE=1;QSG_RHI_BACKEND=opengl;QT_LOGGING_RULES=tipwatch.ui.*=false")

tipwatch_window_test(NAME ui_quick_test SOURCES qml/quick_test.cpp qml/quick_bench.h
    LIBS tipwatch_ui tipwatch_ui_module tipwatch_ui_moduleplugin tipwatch_ui_test_support Qt6::QuickTest)
target_compile_definitions(ui_quick_test PRIVATE TIPWATCH_QUICK_TESTS="${CMAKE_CURRENT_SOURCE_DIR}/qml/quick")

# The same treemap as an image, which is how the window draws without a GPU.
add_test(NAME ui_quick_software_test COMMAND ${XVFB_RUN} -a -s "-screen 0 3840x2160x24" $<TARGET_FILE:ui_quick_test>
    Components::test_treemapIsDrawnInItsColours Components::test_treemapHasATileForEachTransaction)
set_tests_properties(ui_quick_software_test PROPERTIES TIMEOUT 300
    ENVIRONMENT "QT_QPA_PLATFORM=xcb;QT_QUICK_BACKEND=software;QT_LOGGING_RULES=tipwatch.ui.*=false")

# A warning of qmllint fails it.
get_target_property(qmllint Qt6::qmllint IMPORTED_LOCATION)
file(GLOB_RECURSE qml_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/qml/*.qml)
add_test(NAME ui_qmllint COMMAND ${qmllint} -I ${CMAKE_BINARY_DIR}/qml -I ${QT6_INSTALL_PREFIX}/${QT6_INSTALL_QML} ${qml_files})

# For looking at the window: see its first lines.
add_executable(ui_gallery qml/ui_gallery.cpp)
target_link_libraries(ui_gallery PRIVATE tipwatch_ui tipwatch_ui_test_support Qt6::Widgets)
