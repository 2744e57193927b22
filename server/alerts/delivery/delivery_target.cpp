// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/delivery/delivery_target.h"

#include "shared/protocol/alert_encoder.h"
#include "shared/protocol/json_writer.h"

#include <QMessageAuthenticationCode>
#include <QUrl>

#include <algorithm>

namespace tipwatch {

namespace {

using namespace Qt::StringLiterals;

bool isCleared(const Alert &alert)
{
    return alert.clearedAt != 0;
}

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// Whoever is redirected would take the secrets along.
QNetworkRequest requestTo(const std::string &url)
{
    QNetworkRequest request(QUrl(QString::fromStdString(url)));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setHeader(QNetworkRequest::UserAgentHeader, u"tipwatch/" TIPWATCH_VERSION ""_s);
    return request;
}

class Webhook final : public DeliveryTarget {
public:
    Webhook(const std::string &url, std::string secret, std::string epoch)
        : m_request(requestTo(url)), m_secret(std::move(secret)), m_epoch(std::move(epoch))
    {
        m_request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/json"_s);
    }

    std::string_view name() const override { return "webhook"; }

    Delivery deliveryOf(const Alert &alert) const override
    {
        std::string body;
        JsonWriter json(body);
        json.beginObject().member("type", isCleared(alert) ? "alert.cleared" : "alert.raised").member("epoch", m_epoch);
        json.member("timestamp", isCleared(alert) ? alert.clearedAt : alert.raisedAt).key("data");
        encode(json, alert);
        json.endObject();

        Delivery delivery{alert.id, m_request, bytes(body)};
        delivery.request.setRawHeader(
            "Tipwatch-Delivery", bytes(m_epoch + "-" + std::to_string(alert.id) + (isCleared(alert) ? "-cleared" : "-raised")));
        if (!m_secret.empty()) {
            const QByteArray code =
                QMessageAuthenticationCode::hash(delivery.body, bytes(m_secret), QCryptographicHash::Sha256).toHex();
            delivery.request.setRawHeader("Tipwatch-Signature", "sha256=" + code);
        }
        return delivery;
    }

private:
    QNetworkRequest m_request;
    const std::string m_secret;
    const std::string m_epoch;
};

/// A header has ASCII only; anything else is an encoded word (RFC 2047), which ntfy reads.
QByteArray headerText(const std::string &text)
{
    const bool isPlain = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
    return isPlain ? bytes(text) : "=?UTF-8?B?" + bytes(text).toBase64() + "?=";
}

class Ntfy final : public DeliveryTarget {
public:
    Ntfy(const std::string &url, const std::string &token) : m_request(requestTo(url))
    {
        m_request.setHeader(QNetworkRequest::ContentTypeHeader, u"text/plain; charset=utf-8"_s);
        if (!token.empty())
            m_request.setRawHeader("Authorization", "Bearer " + bytes(token));
    }

    std::string_view name() const override { return "ntfy"; }

    Delivery deliveryOf(const Alert &alert) const override
    {
        Delivery delivery{alert.id, m_request, bytes(alert.text)};
        delivery.request.setRawHeader("Title", headerText((isCleared(alert) ? "Over: " : "") + alert.title));
        delivery.request.setRawHeader("Priority", isCleared(alert) ? "low" : priorityOf(alert.severity));
        delivery.request.setRawHeader("Tags", isCleared(alert) ? "white_check_mark" : tagOf(alert.severity));
        return delivery;
    }

private:
    static QByteArray priorityOf(AlertSeverity severity)
    {
        return severity == AlertSeverity::Critical ? "urgent" : severity == AlertSeverity::Warning ? "high" : "default";
    }
    static QByteArray tagOf(AlertSeverity severity)
    {
        return severity == AlertSeverity::Critical  ? "rotating_light"
               : severity == AlertSeverity::Warning ? "warning"
                                                    : "information_source";
    }

    QNetworkRequest m_request;
};

} // namespace

std::unique_ptr<DeliveryTarget> makeWebhook(const std::string &url, std::string secret, std::string epoch)
{
    return std::make_unique<Webhook>(url, std::move(secret), std::move(epoch));
}

std::unique_ptr<DeliveryTarget> makeNtfy(const std::string &url, const std::string &token)
{
    return std::make_unique<Ntfy>(url, token);
}

} // namespace tipwatch
