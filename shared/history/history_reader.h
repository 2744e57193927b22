// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/history/history_series.h"

#include <cstdint>
#include <functional>
#include <string>

namespace tipwatch {

/// Whether the past is being written down.
struct HistoryStatus {
    bool enabled = false;   ///< the configuration wants it
    bool recording = false; ///< and it is, as far as is known
    bool inMemory = false;  ///< it ends with the program: the network is a simulated one
    std::string error;      ///< one sentence, without paths: why it is not recording although enabled
    std::string setAside;   ///< name of the damaged file that was set aside in this run; empty: none was
    std::int64_t size = 0;  ///< bytes of the file
    friend bool operator==(const HistoryStatus &, const HistoryStatus &) = default;
};

/// Where the past can be asked for.
class HistoryReader {
public:
    using Done = std::function<void(Result<HistorySeriesPtr>)>;

    virtual ~HistoryReader() = default;

    /// Backend thread. Answered there once, from the event loop, never from within the call; not at all once the reader is destroyed.
    virtual void ask(HistoryWindow window, Done done) = 0;

    /// Any thread.
    virtual HistoryStatus status() const = 0;
};

} // namespace tipwatch
