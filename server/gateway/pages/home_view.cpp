// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/home_view.h"

#include "server/gateway/pages/format.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace tipwatch {

namespace {

using Data = kainjow::mustache::data;

constexpr std::size_t carsShown = 12; ///< more than fit on a wide screen
constexpr std::size_t rowsShown = 7;
constexpr std::int64_t paymentVBytes = 141; ///< one input, two outputs, P2WPKH
constexpr double blockWeight = 4'000'000;   ///< BIP 141
constexpr double targetSpacingMs = 600'000;
constexpr double ringLength = 251.3; ///< circumference of the ring in home.mustache
constexpr std::int64_t difficultyPeriod = 2016, halvingInterval = 210'000;
const std::string nothing = "–";

/// Empty text counts as absent in a section.
void put(Data &data, const std::string &key, const std::string &text)
{
    if (text.empty())
        data.set(key, false);
    else
        data.set(key, text);
}

std::string share(double fraction)
{
    return format::decimal(std::clamp(fraction, 0.0, 1.0) * 100, 1) + '%';
}

std::int64_t heardAt(std::int64_t receivedAtMs, std::int64_t headerTime)
{
    return receivedAtMs > 0 ? receivedAtMs : headerTime * 1000;
}

std::string rateClass(std::optional<Feerate> rate)
{
    return rate ? "rate-" + std::to_string(format::rateLevel(*rate)) : "rate-none";
}

std::string minerOf(const BlockSummary &block)
{
    return !block.miner.empty() ? block.miner : block.coinbaseTag;
}

Data blockView(const BlockSummary &block, std::int64_t nowMs)
{
    const std::int64_t at = heardAt(block.receivedAt, block.time);
    const auto median = block.medianFeerate();
    Data view;
    put(view, "rateClass", rateClass(median));
    put(view, "hash", block.hash.toHex());
    put(view, "height", format::integer(block.height.value));
    put(view, "rate", median ? format::feerate(*median) : nothing);
    put(view, "unit", "sat/vB");
    put(view, "range",
        median ? format::feerateRange(block.feerateRange->front(), block.feerateRange->back())
               : std::string(block.txCount <= 1 ? "no payments" : "fees unknown"));
    const std::string bytes = format::scaled(static_cast<double>(block.size), "B");
    put(view, "txCount", format::integer(block.txCount));
    put(view, "bytes", bytes);
    put(view, "size", format::integer(block.txCount) + " tx · " + bytes);
    put(view, "fees", block.totalFees ? format::bitcoins(*block.totalFees) : nothing);
    put(view, "miner", minerOf(block).empty() ? "unknown miner" : minerOf(block));
    put(view, "at", std::to_string(at));
    put(view, "iso", format::isoTime(at));
    put(view, "ago", format::ago(nowMs - at));
    put(view, "age", format::age(nowMs - at));
    put(view, "fill", share(static_cast<double>(block.weight.value) / blockWeight));
    return view;
}

/// For the live page's templates, so that a figure of the page around it cannot take the place of a missing one.
Data blankBlock()
{
    Data view;
    for (const char *key :
         {"hash", "height", "rate", "range", "txCount", "bytes", "size", "fees", "miner", "at", "iso", "ago", "age"})
        view.set(key, false);
    put(view, "rateClass", "rate-none");
    put(view, "unit", "sat/vB");
    put(view, "fill", "0%");
    return view;
}

void putBlocks(Data &page, std::span<const BlockPtr> blocks, std::int64_t nowMs)
{
    Data cars(Data::type::list), rows(Data::type::list), ghosts(Data::type::list);
    for (std::size_t i = 0; i < std::min(blocks.size(), carsShown); ++i) {
        const Data view = blockView(*blocks[i], nowMs);
        cars.push_back(view);
        if (i < rowsShown)
            rows.push_back(view);
    }
    for (std::size_t i = blocks.size(); i < carsShown; ++i)
        ghosts.push_back(Data(true));
    page.set("blocks", cars);
    page.set("rows", rows);
    page.set("ghosts", ghosts);
    page.set("hasBlocks", !blocks.empty());
    page.set("blank", blankBlock());
}

bool hasPublicSpacing(const SourceStatus &status)
{
    return !status.simulated && status.network != "regtest";
}

void putTip(Data &page, const ChainSnapshot &snapshot, std::int64_t nowMs)
{
    const Tip &tip = snapshot.tip;
    const bool known = tip.isKnown();
    const std::int64_t at = known ? heardAt(tip.receivedAt, tip.time) : 0;
    const std::int64_t age = std::max<std::int64_t>(0, nowMs - at);
    const double elapsed = static_cast<double>(age) / targetSpacingMs;
    put(page, "height", known ? format::integer(tip.height.value) : nothing);
    const std::string hash = known ? tip.hash.toHex() : std::string(64, ' ');
    put(page, "hash", known ? hash.substr(0, 32) : "");
    put(page, "hashEnd", known ? hash.substr(32) : "");
    put(page, "tipAt", known ? std::to_string(at) : "");
    put(page, "tipIso", known ? format::isoTime(at) : "");
    put(page, "tipAge", known ? format::ago(age) : "no block known yet");
    const std::string since = known ? format::clock(age) : nothing;
    put(page, "since", since);
    page.set("sinceIsLong", since.size() > 5);
    put(page, "ringArc", format::decimal(known ? ringLength * (1 - std::exp(-elapsed)) : 0, 1));
    put(page, "later",
        known && hasPublicSpacing(snapshot.status) && snapshot.status.state == SourceState::Live
            ? format::integer(static_cast<std::int64_t>(std::exp(-elapsed) * 100)) + " % take longer"
            : "");
    put(page, "difficulty", known && tip.difficulty > 0 ? format::difficulty(tip.difficulty) : nothing);
    const std::string work = format::log2OfHex(tip.chainwork);
    put(page, "chainwork", work.empty() ? nothing : "2^" + work);
    put(page, "chainworkHex", tip.chainwork);
    put(page, "headerTime", known ? format::isoTime(tip.time * 1000).substr(0, 16).replace(10, 1, " ") + " UTC" : nothing);
    const std::int64_t ahead = known ? tip.headers.value - tip.height.value : 0;
    put(page, "headers",
        !known      ? ""
        : ahead > 0 ? format::integer(ahead) + (ahead == 1 ? " header ahead" : " headers ahead")
                    : "no headers ahead");
    const BlockSummary *block = snapshot.blocks.empty() ? nullptr : snapshot.blocks.front().get();
    put(page, "tipLine", block ? minerOf(*block) : "");

    const std::int64_t done = known ? tip.height.value % difficultyPeriod : 0;
    const bool periods = known && snapshot.status.network != "regtest";
    put(page, "epochDone", periods ? format::integer(done) + " of " + format::integer(difficultyPeriod) + " blocks" : "");
    put(page, "epochWidth", share(static_cast<double>(done) / static_cast<double>(difficultyPeriod)));
    put(page, "halving", known ? "in " + format::integer(halvingInterval - tip.height.value % halvingInterval) + " blocks" : "");
}

void putFees(Data &page, const FeeEstimates &fees)
{
    const auto view = [](const char *id, const char *name, std::optional<Feerate> rate, const char *absent = "no estimate yet") {
        const bool none = !rate || rate->value <= 0;
        Data tile;
        put(tile, "id", id);
        put(tile, "name", name);
        tile.set("none", none);
        put(tile, "rate", none ? absent : format::feerate(*rate));
        put(tile, "unit", none ? "" : "sat/vB");
        put(tile, "cost", none ? "" : format::integer(std::llround(rate->value * paymentVBytes)) + " sat");
        return tile;
    };
    Data list(Data::type::list);
    list.push_back(view("nextBlock", "Next block", fees.nextBlock));
    list.push_back(view("halfHour", "Half an hour", fees.halfHour));
    list.push_back(view("hour", "An hour", fees.hour));
    list.push_back(view("economy", "Economy", fees.economy));
    list.push_back(view("minimum", "Minimum", fees.minimum, "not known yet"));
    page.set("fees", list);
    page.set("feesNote", !fees.nextBlock && !fees.halfHour && !fees.hour && !fees.economy);
}

/// 1, 2 or 5 times a power of ten, and not below @p largest: the top of an axis.
double axisTop(double largest)
{
    const double power = std::pow(10, std::floor(std::log10(std::max(largest, 1000.0))));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (step * power >= largest)
            return step * power;
    }
    return 10 * power;
}

std::string bandName(std::size_t band)
{
    const std::string from = format::integer(static_cast<std::int64_t>(feerateBands[band]));
    if (band + 1 == feerateBands.size())
        return from + " sat/vB and more";
    return from + "–" + format::integer(static_cast<std::int64_t>(feerateBands[band + 1])) + " sat/vB";
}

void putHistogram(Data &page, const MempoolSummary &mempool)
{
    std::array<double, feerateBands.size()> sizes{};
    for (const FeerateBand &band : mempool.histogram) {
        const auto at = std::lower_bound(feerateBands.begin(), feerateBands.end(), band.from.value);
        if (at != feerateBands.end())
            sizes[static_cast<std::size_t>(at - feerateBands.begin())] = static_cast<double>(band.vsize.value);
    }
    const auto largest = std::max_element(sizes.begin(), sizes.end());
    const double top = axisTop(*largest);
    static constexpr std::array<double, 9> labelled{1, 2, 5, 10, 20, 50, 100, 300, 1000};
    Data bands(Data::type::list);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const double column = 100.0 / static_cast<double>(sizes.size());
        const double height = sizes[i] / top * 100;
        Data band;
        put(band, "level", std::to_string(format::rateLevel(Feerate(feerateBands[i]))));
        put(band, "from", format::decimal(feerateBands[i], 0));
        put(band, "x", format::decimal(column * static_cast<double>(i) + column * 0.07, 2));
        put(band, "w", format::decimal(column * 0.86, 2));
        put(band, "y", format::decimal(100 - height, 2));
        put(band, "h", format::decimal(height, 2));
        put(band, "title", bandName(i) + ": " + format::scaled(sizes[i], "vB"));
        const bool named = std::find(labelled.begin(), labelled.end(), feerateBands[i]) != labelled.end();
        put(band, "label", !named ? "" : feerateBands[i] == 1000 ? "1k" : format::decimal(feerateBands[i], 0));
        bands.push_back(band);
    }
    page.set("bands", bands);
    put(page, "barsMax", *largest > 0 ? format::axisMark(top, "vB") : "");
    put(page, "barsHalf", *largest > 0 ? format::axisMark(top / 2, "vB") : "");
    put(page, "histogramText",
        *largest > 0 ? "Most wait at " + bandName(static_cast<std::size_t>(largest - sizes.begin())) : "Nothing waits");
}

void putMempool(Data &page, const ChainSnapshot &snapshot)
{
    const MempoolSummary &mempool = snapshot.mempool;
    const SourceState state = snapshot.status.state;
    const bool heard = state == SourceState::Live || state == SourceState::Stale || mempool.count > 0;
    put(page, "count", heard ? format::integer(mempool.count) + " tx" : "");
    put(page, "waiting",
        heard ? format::scaled(static_cast<double>(mempool.vsize.value), "vB") + " · " + format::bitcoins(mempool.totalFees) +
                    " in fees"
              : "");
    const double used = mempool.maxUsage > 0 ? static_cast<double>(mempool.usage) / static_cast<double>(mempool.maxUsage) : 0;
    put(page, "usage", mempool.maxUsage > 0 ? format::bytesOf(mempool.usage, mempool.maxUsage) : nothing);
    put(page, "usageWidth", share(used));
    put(page, "usageClass", used > 0.9 ? "warn" : "ok");
    put(page, "minimum", mempool.minFeerate.value > 0 ? format::feerate(mempool.minFeerate) + " sat/vB" : nothing);
    put(page, "arriving",
        heard ? format::decimal(mempool.txPerSecond, 1) + " tx/s · " + format::scaled(mempool.bytesPerSecond, "vB/s") : nothing);
    put(page, "mempoolEmpty", mempool.count > 0 ? "" : heard ? "Nothing is waiting for a block." : "Not known yet.");
    putHistogram(page, mempool);
}

void putExactness(Data &page, const ChainSnapshot &snapshot)
{
    const SourceStatus &status = snapshot.status;
    const std::string count = format::integer(snapshot.mempool.count) + " tx";
    const bool live = status.state == SourceState::Live;
    const char *word = "Not exact", *style = "is-off";
    std::string about = "no view of the mempool yet";
    if (live && status.feed == Feed::Poll) {
        word = "Polling", style = "is-warn";
        about = status.exact ? count + " at the last look" : "changes between looks are missed";
    } else if (live && status.exact) {
        word = "Exact", style = "is-ok";
        about = count + (status.simulated ? " in the simulation" : " equal to the node");
    } else if (live) {
        word = "Resyncing", style = "is-warn";
        about = "comparing with the node";
    } else if (status.state == SourceState::Stale) {
        about = "as last seen";
    }
    put(page, "exactWord", word);
    put(page, "exactClass", style);
    put(page, "exactAbout", about);
    put(page, "exactTitle",
        "Exact: the mempool shown is proven equal to the node's. Resyncs since start: " + format::integer(status.resyncs));
}

struct StateWords {
    const char *style;
    std::string word;
    std::string notice; ///< what to say when the node gives no reason; empty: nothing
};

StateWords stateWords(const ChainSnapshot &snapshot, std::int64_t nowMs)
{
    const SourceStatus &status = snapshot.status;
    switch (status.state) {
    case SourceState::Unknown:
        return {"is-waiting", "Starting", "Nothing heard from the node yet."};
    case SourceState::Connecting:
        return {"is-waiting", "Connecting", "Waiting for the node to answer."};
    case SourceState::Syncing:
        return {"is-warn", "Syncing " + format::percent(status.progress), "The node is catching up with the network."};
    case SourceState::Live:
        return {"is-live", "Live", {}};
    case SourceState::Stale: {
        const std::int64_t minutes = std::max<std::int64_t>(0, nowMs - status.since) / 60'000;
        return {"is-warn", status.since > 0 && minutes > 0 ? "Stale " + format::integer(minutes) + " min" : "Stale",
                "The node does not answer. This is the last picture."};
    }
    case SourceState::Error:
        return {"is-error", "Error", "The node cannot be read."};
    }
    return {"is-waiting", "Starting", {}};
}

void putState(Data &page, const ChainSnapshot &snapshot, std::int64_t nowMs)
{
    const SourceStatus &status = snapshot.status;
    const StateWords words = stateWords(snapshot, nowMs);
    const std::string network = format::networkName(status.network);
    put(page, "stateClass", words.style);
    put(page, "stateWord", words.word);
    put(page, "nodeVersion", (status.version.empty() ? status.node : status.version) + (status.pruned ? " · pruned" : ""));
    put(page, "network", network);
    put(page, "stateNetwork", status.simulated ? "" : network);
    page.set("simulated", status.simulated);

    put(page, "noticeClass", words.style);
    put(page, "noticeWord", words.word);
    // The band that says "simulated" has said it all.
    const bool needsNotice = !(status.simulated && status.state == SourceState::Live);
    put(page, "notice", !needsNotice ? "" : status.reason.empty() ? words.notice : status.reason);
    page.set("syncing", status.state == SourceState::Syncing);
    put(page, "progressWidth", share(status.progress));
}

} // namespace

kainjow::mustache::data homeView(const ChainSnapshot &snapshot, const PageContext &context)
{
    Data page;
    page.set("live", context.live);
    put(page, "socketPath", context.socketPath);
    put(page, "version", context.version);
    put(page, "nowMs", std::to_string(context.nowMs));
    put(page, "epoch", snapshot.position.epochText());
    put(page, "seq", std::to_string(snapshot.position.seq));
    put(page, "title",
        (snapshot.tip.isKnown() ? format::integer(snapshot.tip.height.value) + " · " : std::string()) + "Tipwatch");
    putState(page, snapshot, context.nowMs);
    putExactness(page, snapshot);
    putBlocks(page, snapshot.blocks, context.nowMs);
    putTip(page, snapshot, context.nowMs);
    putFees(page, snapshot.fees);
    putMempool(page, snapshot);
    const NetworkInfo &network = snapshot.network;
    put(page, "peers",
        network.version > 0 || network.peers > 0 ? format::integer(network.peers) + " (" + format::integer(network.outbound) +
                                                       " out, " + format::integer(network.inbound) + " in)"
                                                 : nothing);
    return page;
}

} // namespace tipwatch
