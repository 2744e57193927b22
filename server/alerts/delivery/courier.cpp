// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/delivery/courier.h"

#include "server/alerts/alerts_log.h"

#include <QMetaEnum>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRandomGenerator>

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

/// Not errorString(), which has the address in it.
std::string nameOf(QNetworkReply::NetworkError error)
{
    const char *name = QMetaEnum::fromType<QNetworkReply::NetworkError>().valueToKey(error);
    return name ? name : "NetworkError";
}

bool mayPass(int status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

/// Many that were let down together should not come back together.
std::chrono::milliseconds withJitter(std::chrono::milliseconds pause)
{
    const double factor = 0.8 + QRandomGenerator::global()->bounded(0.4);
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * factor));
}

} // namespace

Courier::Courier(std::unique_ptr<DeliveryTarget> target, const CourierLimits &limits, QObject *parent)
    : QObject(parent), m_target(std::move(target)), m_limits(limits), m_pause(this), m_deadline(this)
{
    m_pause.setSingleShot(true);
    m_deadline.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &Courier::attempt);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        m_timedOut = true;
        m_reply->abort();
    });
}

Courier::~Courier()
{
    if (m_reply)
        m_reply->disconnect(this);
}

void Courier::send(const Alert &alert)
{
    if (m_queue.size() >= m_limits.queue) {
        const auto oldest = m_queue.begin() + (m_reply && m_queue.size() > 1 ? 1 : 0);
        if (m_reply && m_queue.size() == 1) { // nothing waits but this one
            ++m_counters.dropped;
            qCWarning(lcAlerts, "alert.delivery_dropped target=%s id=%llu", m_target->name().data(),
                      static_cast<unsigned long long>(alert.id));
            return;
        }
        ++m_counters.dropped;
        qCWarning(lcAlerts, "alert.delivery_dropped target=%s id=%llu", m_target->name().data(),
                  static_cast<unsigned long long>(oldest->alertId));
        if (oldest == m_queue.begin())
            m_tries = 0;
        m_queue.erase(oldest);
    }
    m_queue.push_back(m_target->deliveryOf(alert));
    if (m_queue.size() == 1 && !m_pause.isActive())
        attempt();
}

void Courier::attempt()
{
    if (!m_network)
        m_network = std::make_unique<QNetworkAccessManager>();
    const Delivery &delivery = m_queue.front();
    ++m_tries;
    ++m_counters.attempts;
    m_timedOut = false;
    m_reply = m_network->post(delivery.request, delivery.body);
    connect(m_reply, &QNetworkReply::finished, this, &Courier::finished);
    connect(m_reply, &QIODevice::readyRead, this, [this] { m_reply->skip(m_reply->bytesAvailable()); });
    m_deadline.start(m_limits.timeout);
}

void Courier::finished()
{
    m_deadline.stop();
    const Outcome result = outcome();
    std::exchange(m_reply, nullptr)->deleteLater();
    if (!result.isDelivered && result.mayPass && m_tries < m_limits.attempts) {
        tryAgain(result);
        return;
    }
    const auto id = static_cast<unsigned long long>(m_queue.front().alertId);
    if (result.isDelivered) {
        ++m_counters.delivered;
        qCInfo(lcAlerts, "alert.delivered target=%s id=%llu attempts=%lld", m_target->name().data(), id,
               static_cast<long long>(m_tries));
    } else {
        ++m_counters.failed;
        qCWarning(lcAlerts, "alert.delivery_failed target=%s id=%llu attempts=%lld error=\"%s\"", m_target->name().data(), id,
                  static_cast<long long>(m_tries), result.reason.c_str());
    }
    finish();
}

Courier::Outcome Courier::outcome() const
{
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_timedOut)
        return {false, true, "no answer in time"};
    if (status == 0)
        return {false, true, nameOf(m_reply->error())};
    if (status >= 200 && status < 300 && m_reply->error() == QNetworkReply::NoError)
        return {true};
    Outcome outcome{false, mayPass(status) || status < 300, "HTTP " + std::to_string(status)};
    bool isNumber = false;
    const int seconds = m_reply->rawHeader("Retry-After").toInt(&isNumber);
    if (isNumber && seconds > 0)
        outcome.retryAfter = std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), m_limits.longestRetryAfter);
    return outcome;
}

void Courier::tryAgain(const Outcome &outcome)
{
    std::chrono::milliseconds pause = m_limits.firstPause;
    for (std::int64_t i = 1; i < m_tries && pause < m_limits.longestPause; ++i)
        pause *= 2;
    pause = std::max(withJitter(std::min(pause, m_limits.longestPause)), outcome.retryAfter);
    qCInfo(lcAlerts, "alert.delivery_retry target=%s id=%llu attempts=%lld error=\"%s\" pause_ms=%lld", m_target->name().data(),
           static_cast<unsigned long long>(m_queue.front().alertId), static_cast<long long>(m_tries), outcome.reason.c_str(),
           static_cast<long long>(pause.count()));
    m_pause.start(pause);
}

void Courier::finish()
{
    m_queue.pop_front();
    m_tries = 0;
    if (!m_queue.empty())
        m_pause.start(0);
    Q_EMIT done();
}

} // namespace tipwatch
