// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction_detail.h"

#include <functional>
#include <memory>
#include <variant>
#include <vector>

namespace tipwatch {

/// What somebody wants to hear more of: a transaction, or what pays to and spends from a script.
using WatchSubject = std::variant<TxId, Script>;

/// The wish of one or of many for a subject; lasts as long as somebody holds it.
class Watch;
using WatchPtr = std::shared_ptr<const Watch>;

/// What readers on whatever thread want to be told of, each subject once however many want it. Without wishes nothing is kept and nothing is
/// looked at. Thread-safe; watches may outlive it.
class WatchRegistry {
public:
    struct Change {
        enum class Kind { Begin, End, Learn };
        Kind kind = Kind::Begin;
        WatchSubject subject;
        ScanResultPtr coins{}; ///< of Learn
    };

    /// @p wake is called, on any thread, when there are changes to take and there were none before.
    explicit WatchRegistry(std::function<void()> wake);
    ~WatchRegistry();
    WatchRegistry(const WatchRegistry &) = delete;
    WatchRegistry &operator=(const WatchRegistry &) = delete;

    WatchPtr watch(const WatchSubject &subject);

    /// What a scan has found that @p script owns: its spends are recognised by their outpoints from then on.
    void learn(const Script &script, ScanResultPtr coins);

    /// What changed since this was called last, in order.
    std::vector<Change> takeChanges();

private:
    friend class Watch;
    struct Core;
    std::shared_ptr<Core> m_core;
};

} // namespace tipwatch
