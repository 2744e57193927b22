// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/track_name.h"

#include "shared/domain/address.h"
#include "shared/protocol/transaction_encoder.h"

namespace tipwatch {

namespace {

constexpr std::string_view prefix = "track:", ofTransaction = "track:tx:", ofAddress = "track:address:";

} // namespace

bool isTrackName(std::string_view channel)
{
    return channel.starts_with(prefix);
}

Result<WatchSubject> readTrackName(std::string_view channel, std::string_view network)
{
    if (channel.starts_with(ofTransaction)) {
        const auto txid = TxId::fromHex(channel.substr(ofTransaction.size()));
        if (!txid)
            return failure("track:tx: is followed by a txid of 64 hex digits");
        return WatchSubject(*txid);
    }
    if (!channel.starts_with(ofAddress))
        return failure("what can be tracked is track:tx:<txid> and track:address:<address>");
    if (network.empty())
        return failure("which network the addresses are of is not known yet");
    auto script = scriptOf(channel.substr(ofAddress.size()), network);
    if (!script)
        return tl::unexpected(script.error());
    return WatchSubject(std::move(*script));
}

std::string trackName(const WatchSubject &subject, std::string_view network)
{
    if (const auto *txid = std::get_if<TxId>(&subject))
        return std::string(ofTransaction) + txid->toHex();
    return std::string(ofAddress) + shownScript(std::get<Script>(subject), network);
}

std::string shownScript(const Script &script, std::string_view network)
{
    const auto address = addressOf(script, network);
    return address ? *address : hexOf(script);
}

} // namespace tipwatch
