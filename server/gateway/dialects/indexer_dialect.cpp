// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/indexer_dialect.h"

#include "server/gateway/dialects/value_list.h"
#include "shared/domain/address.h"

namespace tipwatch {

namespace {

void writeText(ValueWriter &out, std::string_view key, const std::string &text)
{
    out.key(key);
    text.empty() ? out.null() : out.value(text);
}

std::string newBlock(const BlockSummary &block)
{
    return typedMessage("newBlock", 0, 256, [&](ValueWriter &out) {
        out.beginObject().member("height", block.height.value).member("hash", block.hash);
        out.key("tx_count");
        block.txCount < 0 ? out.null() : out.value(block.txCount);
        out.member("timestamp", block.time);
        writeText(out, "miner", block.miner);
        out.key("gas_used").null(); // Bitcoin has no gas
        out.endObject();
    });
}

/// Bitcoin's inputs name outputs, not senders, so from_addr is not known.
void writeTransaction(ValueWriter &out, const ConfirmedTransaction &transaction, Height height, std::string_view network)
{
    out.beginObject().member("hash", transaction.txid).key("from_addr").null();
    writeText(out, "to_addr", addressOf(transaction.payee, network).value_or(std::string()));
    out.member("value_wei", std::to_string(transaction.value.value)).member("block_height", height.value).endObject();
}

} // namespace

std::vector<WireMessage> IndexerDialect::encode(const ChainEvent &event, const StreamFilter *) const
{
    std::vector<WireMessage> messages;
    const auto *connected = std::get_if<BlockConnected>(&event.body);
    if (!connected)
        return messages;
    messages.push_back({Channel::Blocks, false, newBlock(*connected->block)});
    if (!connected->transactions)
        return messages;
    ValueList list(Encoding::Json);
    for (const ConfirmedTransaction &transaction : *connected->transactions)
        list.add([&](ValueWriter &out) { writeTransaction(out, transaction, connected->block->height, event.network); });
    for (const ValueList::Part &part : list.parts(maxListBytes)) {
        messages.push_back({Channel::Txs, false, typedMessage("newTx", 0, part.bytes + 64, [&](ValueWriter &out) {
                                list.writeOneOrList(out, part);
                            })});
    }
    return messages;
}

tl::expected<ClientRequest, RequestError> IndexerDialect::read(const MessageValue &message) const
{
    const MessageValue *action = message.member("action");
    if (!action || !action->text())
        return refuse("bad_message", "\"action\" is subscribe or unsubscribe");
    ClientRequest request;
    if (*action->text() == "subscribe")
        request.op = ClientRequest::Op::Subscribe;
    else if (*action->text() == "unsubscribe")
        request.op = ClientRequest::Op::Unsubscribe;
    else
        return refuse("unknown_op", "there is no action \"" + shownWord(*action->text()) + '"');
    const auto names = readNames(message, "channels", {});
    if (!names)
        return tl::unexpected(names.error());
    for (const std::string &name : *names) {
        if (name == "newBlocks")
            request.channels.insert(Channel::Blocks);
        else if (name == "newTxs")
            request.channels.insert(Channel::Txs);
        else
            request.refused.push_back({"unknown_channel", "the channels are newBlocks and newTxs", shownWord(name), {}});
    }
    return request;
}

} // namespace tipwatch
