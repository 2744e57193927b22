// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/delivery/alert_delivery.h"

#include "server/alerts/alerts_log.h"
#include "shared/config/secret_file.h"

namespace tipwatch {

namespace {

/// The first line of the file that @p setting names; empty if there is none.
Result<std::string> secretOf(const std::string &setting, const std::string &path)
{
    if (path.empty())
        return std::string();
    auto line = readSecretLine(path);
    return line ? line : failure(setting + ": " + line.error().message);
}

Result<std::string> webhookSecret(const DeliveryConfig &config)
{
    return secretOf("alerts.webhook_secret_file", config.webhookSecretFile);
}

Result<std::string> ntfyToken(const DeliveryConfig &config)
{
    return secretOf("alerts.ntfy_token_file", config.ntfyTokenFile);
}

} // namespace

Result<void> AlertDelivery::check(const DeliveryConfig &config)
{
    for (const auto &secret : {webhookSecret(config), ntfyToken(config)}) {
        if (!secret)
            return tl::unexpected(secret.error());
    }
    return {};
}

AlertDelivery::AlertDelivery(const DeliveryConfig &config, const std::string &epoch)
{
    CourierLimits limits;
    limits.timeout = config.timeout;
    limits.attempts = config.attempts;
    limits.queue = static_cast<std::size_t>(config.queue);
    if (const auto secret = webhookSecret(config); !secret)
        qCWarning(lcAlerts, "alert.target_unusable error=\"%s\"", secret.error().message.c_str());
    else if (!config.webhookUrl.empty())
        m_webhook = std::make_unique<Courier>(makeWebhook(config.webhookUrl, *secret, epoch), limits);
    if (const auto token = ntfyToken(config); !token)
        qCWarning(lcAlerts, "alert.target_unusable error=\"%s\"", token.error().message.c_str());
    else if (!config.ntfyUrl.empty())
        m_ntfy = std::make_unique<Courier>(makeNtfy(config.ntfyUrl, *token), limits);
}

void AlertDelivery::deliver(const Alert &alert, bool toWebhook, bool toNtfy)
{
    if (m_webhook && toWebhook)
        m_webhook->send(alert);
    if (m_ntfy && toNtfy)
        m_ntfy->send(alert);
}

} // namespace tipwatch
