// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/delivery/delivery_target.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <deque>
#include <memory>

class QNetworkAccessManager;
class QNetworkReply;

namespace tipwatch {

struct CourierLimits {
    std::chrono::milliseconds timeout{10'000}; ///< of an attempt, from the first byte sent to the last one of the answer
    std::int64_t attempts = 8;
    std::size_t queue = 200;                     ///< deliveries that wait, the one under way among them
    std::chrono::milliseconds firstPause{1'000}; ///< after the first attempt; then twice as long each time
    std::chrono::milliseconds longestPause{60'000};
    std::chrono::milliseconds longestRetryAfter{300'000}; ///< that a server may ask for
};

/// Brings alerts to one target, one after the other and in order, over the event loop of its thread; never blocks. What fails in a way that may
/// pass (no connection, no answer in time, 408, 425, 429, 5xx) is tried again, with pauses; another answer than 2xx is final. When too much
/// waits the oldest is dropped. Addresses and secrets are never logged. What waits at the end is forgotten.
class Courier final : public QObject {
    Q_OBJECT

public:
    struct Counters {
        std::uint64_t delivered = 0;
        std::uint64_t failed = 0;  ///< given up
        std::uint64_t dropped = 0; ///< because too much waited
        std::uint64_t attempts = 0;
    };

    Courier(std::unique_ptr<DeliveryTarget> target, const CourierLimits &limits, QObject *parent = nullptr);
    ~Courier() override;

    /// Returns at once.
    void send(const Alert &alert);

    const Counters &counters() const { return m_counters; }
    std::size_t waiting() const { return m_queue.size(); }

Q_SIGNALS:
    /// A delivery is over, one way or the other.
    void done();

private:
    struct Outcome {
        bool isDelivered = false;
        bool mayPass = false; ///< another attempt may succeed
        std::string reason{};
        std::chrono::milliseconds retryAfter{0}; ///< that the server asked for
    };

    void attempt();
    void finished();
    Outcome outcome() const;
    void tryAgain(const Outcome &outcome);
    void finish();

    const std::unique_ptr<DeliveryTarget> m_target;
    const CourierLimits m_limits;
    std::unique_ptr<QNetworkAccessManager> m_network; ///< made for the first delivery
    std::deque<Delivery> m_queue;                     ///< the first is under way
    std::int64_t m_tries = 0;                         ///< of the first
    QNetworkReply *m_reply = nullptr;                 ///< of the attempt under way; null: none is
    bool m_timedOut = false;
    QTimer m_pause;
    QTimer m_deadline;
    Counters m_counters;
};

} // namespace tipwatch
