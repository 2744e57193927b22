// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/canonical_dialect.h"

namespace tipwatch {

/// The canonical JSON messages as events of text/event-stream (WHATWG HTML, 9.2): the id is the position, so that a browser that comes back says
/// by itself from where to go on; the event is named after the message's type. A message that must not be resumed from has no id. Nothing is
/// heard from such clients.
class EventStreamDialect final : public Dialect {
public:
    bool isEventStream() const override { return true; }
    ChannelSet defaultChannels() const override { return m_json.defaultChannels(); }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &metrics, const ChainSnapshot &at, std::int64_t timestamp) const override;
    std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                    std::int64_t timestamp) const override;
    std::optional<std::string> marked(std::string_view payload) const override;
    tl::expected<ClientRequest, RequestError> parse(std::string_view message, bool isBinary, std::string_view network) override;
    /// An error is named after its code: "error" is what browsers call their own.
    std::string put(const Answer &answer) const override;

private:
    const CanonicalDialect m_json{Encoding::Json};
};

} // namespace tipwatch
