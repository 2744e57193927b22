// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/metrics/metrics_page.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <utility>
#include <vector>

namespace tipwatch {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Collects families; a value goes where the type of its family says.
class Families {
public:
    Families &family(MetricType type, std::string name, std::string help)
    {
        m_all.push_back({std::move(name), std::move(help), type, {}});
        return *this;
    }
    Families &value(double v, Labels labels = {})
    {
        ClientMetric metric;
        metric.label = std::move(labels);
        switch (m_all.back().type) {
        case MetricType::Counter:
            metric.counter.value = v;
            break;
        case MetricType::Gauge:
            metric.gauge.value = v;
            break;
        default:
            metric.untyped.value = v;
            break;
        }
        m_all.back().metric.push_back(std::move(metric));
        return *this;
    }
    Families &value(const LatencyCounter &latency)
    {
        ClientMetric metric;
        const auto steps = latency.steps();
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            sum += steps[i];
            const bool isLast = i == LatencyCounter::upperBoundsMs.size();
            metric.histogram.bucket.push_back(
                {sum, isLast ? std::numeric_limits<double>::infinity() : LatencyCounter::upperBoundsMs[i] / 1000});
        }
        metric.histogram.sample_count = sum;
        metric.histogram.sample_sum = latency.sumMs() / 1000;
        m_all.back().metric.push_back(std::move(metric));
        return *this;
    }
    Families &gauge(std::string name, std::string help, double v)
    {
        return family(MetricType::Gauge, std::move(name), std::move(help)).value(v);
    }
    Families &counter(std::string name, std::string help, double v)
    {
        return family(MetricType::Counter, std::move(name), std::move(help)).value(v);
    }
    std::string text() const { return prometheus::TextSerializer().Serialize(m_all); }

private:
    std::vector<MetricFamily> m_all;
};

template <class T> double read(const std::atomic<T> &figure)
{
    return static_cast<double>(figure.load(std::memory_order_relaxed));
}

constexpr std::array<const char *, clientErrorCount> errorNames{"bad_request",  "protocol",     "too_big", "slow",
                                                                "rate_limited", "ping_timeout", "idle",    "lost"};

void addClients(Families &out, const ReactorCounters &counters)
{
    out.gauge("explorer_websocket_connections", "Clients connected now.", read(counters.clients));
    // S1 names these two without the suffix that Prometheus wants counters to have, so they are untyped; rate() works on them as usual.
    out.family(MetricType::Untyped, "explorer_websocket_messages_sent", "Messages sent to clients, by channel.");
    double other = read(counters.messagesSent);
    for (const Channel channel : allChannels) {
        const double sent = read(counters.sentOn[static_cast<std::size_t>(channel)]);
        other -= sent;
        out.value(sent, {{"type", std::string(channelName(channel))}});
    }
    out.value(std::max(other, 0.0), {{"type", "answer"}});
    out.family(MetricType::Untyped, "explorer_websocket_errors", "Clients that were refused something or let go, by reason.");
    for (std::size_t i = 0; i < clientErrorCount; ++i)
        out.value(read(counters.errors[i]), {{"type", errorNames[i]}});

    out.counter("explorer_websocket_connections_opened_total", "Clients that have come.", read(counters.opened));
    out.counter("explorer_websocket_connections_closed_total", "Clients that have gone.", read(counters.closed));
    out.counter("explorer_websocket_messages_received_total", "Messages from clients.", read(counters.messagesReceived));
    out.counter("explorer_websocket_sent_bytes_total", "Bytes of frames sent to clients.", read(counters.bytesSent));
    out.counter("explorer_websocket_received_bytes_total", "Bytes received from clients.", read(counters.bytesReceived));
    out.counter("explorer_websocket_broadcasts_total", "Events handed to all clients of a shard.", read(counters.broadcasts));
    out.counter("explorer_websocket_dropped_messages_total", "Messages that slow clients did not get.", read(counters.dropped));
    out.gauge("explorer_websocket_queue_messages", "Messages waiting for slow clients.", read(counters.queuedMessages));
    out.gauge("explorer_websocket_queue_bytes", "Bytes waiting for slow clients.", read(counters.queuedBytes));
    out.family(MetricType::Histogram, "explorer_websocket_broadcast_latency_seconds",
               "From the node's word to the last client of a shard having been handed it.")
        .value(counters.broadcastLatency);
}

void addChain(Families &out, const ChainSnapshot &snapshot)
{
    const SourceStatus &source = snapshot.status;
    out.gauge("tipwatch_source_live", "1 while the node is heard.", source.state == SourceState::Live);
    out.gauge("tipwatch_mempool_exact", "1 while the mempool view is proven equal to the node's.", source.exact);
    out.counter("tipwatch_mempool_resyncs_total", "Times the mempool had to be read anew.", static_cast<double>(source.resyncs));
    out.gauge("tipwatch_mempool_transactions", "Transactions in the mempool.", static_cast<double>(snapshot.mempool.count));
    out.gauge("tipwatch_mempool_vsize_bytes", "Virtual bytes in the mempool.", static_cast<double>(snapshot.mempool.vsize.value));
    out.gauge("tipwatch_peers", "Peers of the node.", snapshot.network.peers);
    if (!snapshot.tip.isKnown())
        return;
    out.gauge("tipwatch_tip_height", "Height of the tip.", snapshot.tip.height.value);
    out.gauge("tipwatch_tip_timestamp_seconds", "Time in the header of the tip, Unix seconds.",
              static_cast<double>(snapshot.tip.time));
}

void addProcess(Families &out, const ProcessFigures &process)
{
    out.counter("process_cpu_seconds_total", "User and system time.", process.cpuSeconds);
    out.gauge("process_resident_memory_bytes", "Resident memory.", static_cast<double>(process.residentBytes));
    out.gauge("process_virtual_memory_bytes", "Virtual memory.", static_cast<double>(process.virtualBytes));
    out.gauge("process_open_fds", "Open file descriptors.", static_cast<double>(process.openDescriptors));
    out.gauge("process_max_fds", "File descriptors that may be open.", static_cast<double>(process.maxDescriptors));
    out.gauge("process_start_time_seconds", "Start of the process, Unix seconds.", process.startedAt);
}

} // namespace

std::string metricsText(const ReactorCounters &counters, const ChainSnapshot &snapshot, const ProcessFigures &process)
{
    Families out;
    addClients(out, counters);
    addChain(out, snapshot);
    addProcess(out, process);
    return out.text();
}

} // namespace tipwatch
