# SPDX-License-Identifier: GPL-3.0-or-later
# Finds what both faces, window and page, take their fonts from: Inter and JetBrains Mono (both SIL OFL 1.1) and fontTools to adapt them.
include_guard(GLOBAL)
find_program(TIPWATCH_FONT_PYTHON python3 HINTS /usr/bin DOC "Python with fontTools (Debian: python3-fonttools, python3-brotli)")
execute_process(COMMAND ${TIPWATCH_FONT_PYTHON} -c "import fontTools.subset, brotli" RESULT_VARIABLE no_fonttools ERROR_QUIET)
if(no_fonttools)
    message(FATAL_ERROR "${TIPWATCH_FONT_PYTHON} has no fontTools with brotli; install python3-fonttools and python3-brotli")
endif()
find_path(TIPWATCH_INTER_DIR Inter-Regular.otf PATHS /usr/share/fonts/opentype/inter REQUIRED DOC "Debian: fonts-inter")
find_path(TIPWATCH_JETBRAINS_DIR JetBrainsMono-Regular.ttf PATHS /usr/share/fonts/truetype/jetbrains-mono REQUIRED
    DOC "Debian: fonts-jetbrains-mono")
