// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"
#include "server/gateway/dialects/encoding.h"
#include "server/gateway/dialects/json_reader.h"

namespace tipwatch {

/// protocol.md, version 1, in JSON or CBOR: the same values in both. S0's listeners are clients of the JSON one that say nothing.
class CanonicalDialect final : public Dialect {
public:
    /// No message passes the 64 KB at which some clients cap: longer lists are cut into several messages of one position.
    static constexpr std::size_t maxListBytes = 60'000;
    /// Peers that are told one by one; more at once are a list.
    static constexpr std::size_t maxSinglePeers = 16;

    explicit CanonicalDialect(Encoding encoding) : m_encoding(encoding) {}

    bool isBinary() const override { return m_encoding == Encoding::Cbor; }
    ChannelSet defaultChannels() const override { return tipwatch::defaultChannels; }
    std::vector<WireMessage> encode(const ChainEvent &event, const StreamFilter *filter) const override;
    std::vector<WireMessage> encode(const StreamMetrics &metrics, const ChainSnapshot &at, std::int64_t timestamp) const override;
    std::vector<WireMessage> encode(const ChainSnapshot &snapshot, ChannelSet channels, const StreamFilter *filter,
                                    std::int64_t timestamp) const override;
    std::optional<std::string> marked(std::string_view payload) const override;
    tl::expected<ClientRequest, RequestError> parse(std::string_view message, bool isBinary, std::string_view network) override;
    std::string put(const Answer &answer) const override;

private:
    const Encoding m_encoding;
    JsonReader m_json;
};

} // namespace tipwatch
