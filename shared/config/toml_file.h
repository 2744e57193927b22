// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <string>
#include <vector>

namespace tipwatch {

/// A value of a TOML file: as text, and where it stands.
struct FileValue {
    std::string key;   ///< dotted: "gateway.http_port"
    std::string value; ///< the items of an array are joined by commas
    int line = 0;      ///< from 1
    int column = 0;    ///< from 1
};

/// One of the tables of an array of tables, e.g. of [[alerts.rules]].
struct FileTable {
    std::string key;               ///< dotted: "alerts.rules"
    std::vector<FileValue> values; ///< their keys are those within the table
    int line = 0;
    int column = 0;
};

struct TomlFile {
    std::vector<FileValue> values;
    std::vector<FileTable> tables;
};

/// Every value of a file, in the file's order. The error names file, line and column. (https://toml.io/en/v1.0.0)
Result<TomlFile> readTomlFile(const std::string &path);

} // namespace tipwatch
