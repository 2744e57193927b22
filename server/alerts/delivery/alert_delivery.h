// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/delivery/courier.h"
#include "shared/config/config.h"
#include "shared/domain/error.h"

#include <memory>
#include <string>

namespace tipwatch {

/// Everywhere alerts are delivered to, as the configuration says. Lives on the backend thread.
class AlertDelivery {
public:
    /// Whether the files that @p config names can be used. @return the setting, the file and the reason if not.
    static Result<void> check(const DeliveryConfig &config);

    /// A target of which the files cannot be used any more is left out, and logged. @p epoch: of the run.
    AlertDelivery(const DeliveryConfig &config, const std::string &epoch);

    /// Returns at once.
    void deliver(const Alert &alert, bool toWebhook, bool toNtfy);

private:
    std::unique_ptr<Courier> m_webhook; ///< null: none
    std::unique_ptr<Courier> m_ntfy;    ///< null: none
};

} // namespace tipwatch
