# SPDX-License-Identifier: GPL-3.0-or-later
# Inter and JetBrains Mono (both SIL OFL 1.1), from Debian's fonts-inter and fonts-jetbrains-mono, go into the program.
# Inter is changed on the way: Qt 6.4 cannot switch OpenType features on, see freeze_features.py.
include(${PROJECT_SOURCE_DIR}/resources/fonts.cmake)

set(font_dir ${CMAKE_CURRENT_BINARY_DIR}/fonts)
foreach(weight Regular Medium SemiBold Bold)
    add_custom_command(
        OUTPUT ${font_dir}/TipwatchInter-${weight}.otf
        COMMAND ${CMAKE_COMMAND} -E make_directory ${font_dir}
        COMMAND ${TIPWATCH_FONT_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/fonts/freeze_features.py
            ${TIPWATCH_INTER_DIR}/Inter-${weight}.otf ${font_dir}/TipwatchInter-${weight}.otf "Tipwatch Inter"
        DEPENDS fonts/freeze_features.py ${TIPWATCH_INTER_DIR}/Inter-${weight}.otf
        COMMENT "Freezing tabular figures in Inter ${weight}")
    list(APPEND fonts ${font_dir}/TipwatchInter-${weight}.otf)
endforeach()
list(APPEND fonts ${TIPWATCH_JETBRAINS_DIR}/JetBrainsMono-Regular.ttf ${TIPWATCH_JETBRAINS_DIR}/JetBrainsMono-Medium.ttf)
foreach(font ${fonts})
    cmake_path(GET font FILENAME name)
    set_source_files_properties(${font} PROPERTIES QT_RESOURCE_ALIAS ${name})
endforeach()
qt_add_resources(tipwatch_ui tipwatch_fonts PREFIX /tipwatch/fonts FILES ${fonts})
