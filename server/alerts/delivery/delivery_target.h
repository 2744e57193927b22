// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert.h"

#include <QByteArray>
#include <QNetworkRequest>

#include <memory>
#include <string>
#include <string_view>

namespace tipwatch {

/// An alert as it is posted somewhere.
struct Delivery {
    std::uint64_t alertId = 0;
    QNetworkRequest request;
    QByteArray body;
};

/// Puts alerts into the form of those who get them. An alert is delivered as it is raised and, if it lasts, once more as it is cleared.
class DeliveryTarget {
public:
    virtual ~DeliveryTarget() = default;
    /// For the log: "webhook".
    virtual std::string_view name() const = 0;
    virtual Delivery deliveryOf(const Alert &alert) const = 0;
};

/// POST of {"type":"alert.raised"|"alert.cleared","epoch","timestamp","data"} in JSON, `data` as on the channel alerts. Tipwatch-Delivery names it,
/// the same in every attempt. With a @p secret, Tipwatch-Signature is "sha256=" and the HMAC-SHA256 (RFC 2104) of the body in hex.
/// @p epoch: of the run (Position).
std::unique_ptr<DeliveryTarget> makeWebhook(const std::string &url, std::string secret, std::string epoch);

/// POST of the text to a topic of ntfy (https://docs.ntfy.sh/publish/), with Title, Priority and Tags in the head, and Authorization if there is a
/// @p token.
std::unique_ptr<DeliveryTarget> makeNtfy(const std::string &url, const std::string &token);

} // namespace tipwatch
