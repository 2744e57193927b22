# SPDX-License-Identifier: GPL-3.0-or-later
add_executable(write_pages web/write_pages.cpp web/states.cpp web/states.h)
target_link_libraries(write_pages PRIVATE tipwatch_pages)
