// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_chain.h"

#include "server/sources/simulated/mining_pool.h"
#include "server/sources/simulated/simulated_hash.h"

#include <algorithm>
#include <array>

namespace tipwatch::simulated {

namespace {

constexpr std::int64_t halvingTime = 1'713'571'767; ///< of block 840,000
constexpr std::int32_t halvingHeight = 840'000;
constexpr double meanSpacing = 597; ///< seconds, as it has been since
constexpr double presentDifficulty = 1.56e14;
constexpr std::size_t medianTimeSpan = 11; // BIP 113
constexpr std::size_t keptBlocks = 64;

/// Bitcoin Core 29, chainparams.cpp, nMinimumChainWork of the main network; that of block 886,157.
constexpr std::int32_t knownWorkHeight = 886'157;
constexpr std::uint64_t knownWorkHigh = 0xb1f3b93b, knownWorkLow = 0x65b16d035a82be84;

std::string chainworkAt(std::int32_t height)
{
    using Work = unsigned __int128;
    Work work = (Work(knownWorkHigh) << 64) + knownWorkLow;
    work += static_cast<Work>(static_cast<double>(std::max(0, height - knownWorkHeight)) * 1.3e14) << 32;
    std::string hex(64, '0');
    for (std::size_t i = hex.size(); work != 0; work >>= 4)
        hex[--i] = "0123456789abcdef"[static_cast<unsigned>(work & 15)];
    return hex;
}

/// Those of the main network.
const ConsensusRules &rules()
{
    static const ConsensusRules main = consensusRules("main");
    return main;
}

std::int64_t medianTime(const std::vector<BlockSummary> &blocks, std::int64_t newest)
{
    std::vector<std::int64_t> times{newest};
    for (auto it = blocks.rbegin(); it != blocks.rend() && times.size() < medianTimeSpan; ++it)
        times.push_back(it->time);
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

/// Some of the 13 bits that miners use as a further nonce (BIP 320) on top of the version bits' frame (BIP 9).
std::uint32_t drawVersion(Random &random)
{
    const std::uint32_t frame = 0x20000000;
    return random.chance(0.8) ? frame | (static_cast<std::uint32_t>(random.next()) & 0x1fffe000) : frame;
}

} // namespace

std::uint32_t compactOf(double difficulty)
{
    double mantissa = 0x00ffff / difficulty;
    std::uint32_t exponent = 0x1d;
    while (mantissa < 0x8000) {
        mantissa *= 256;
        --exponent;
    }
    return exponent << 24 | static_cast<std::uint32_t>(mantissa);
}

SimulatedChain::SimulatedChain(std::uint64_t seed, std::int64_t startUnixMs, std::chrono::milliseconds blockInterval,
                               double feerate)
    : m_seed(seed), m_random(mix(seed, 0)), m_difficulty(presentDifficulty * m_random.uniform(0.95, 1.05))
{
    const double interval = static_cast<double>(blockInterval.count());
    std::vector<std::int64_t> foundAt;
    double age = std::min(m_random.exponential(interval), 1.2 * interval);
    for (std::size_t i = 0; i < historyLength + medianTimeSpan; ++i) {
        foundAt.push_back(startUnixMs - static_cast<std::int64_t>(age));
        age += m_random.exponential(interval);
    }
    std::reverse(foundAt.begin(), foundAt.end());

    BlockSummary root;
    const double blocksSince = static_cast<double>(foundAt.front() / 1000 - halvingTime) / meanSpacing;
    root.height = Height(std::max(1, halvingHeight + static_cast<std::int32_t>(blocksSince)));
    root.hash = blockHash(m_seed, m_mined++);
    root.time = foundAt.front() / 1000 - 1;
    root.bits = compactOf(m_difficulty);
    root.chainwork = chainworkAt(root.height.value);
    m_blocks.push_back(root);
    inventPeriods(root, interval / 1000);
    for (const std::int64_t at : foundAt) {
        BlockSummary block = mine(at);
        fill(block, m_random, feerate);
        notePeriod(block);
        m_blocks.push_back(std::move(block));
    }
    m_blocks.erase(m_blocks.begin(), m_blocks.end() - historyLength);
}

/// Further back than our blocks go: the pace was about that of today, and the difficulty changed a little.
void SimulatedChain::inventPeriods(const BlockSummary &root, double blockSeconds)
{
    constexpr std::uint64_t stream = 0x706572696f64;
    Random random(mix(m_seed, stream));
    const std::int32_t interval = rules().retargetInterval, done = root.height.value % interval;
    const double pace = blockSeconds * random.uniform(0.96, 1.04);
    const std::int64_t begun = root.time - static_cast<std::int64_t>(done * pace);
    m_periods[0] = {Height(root.height.value - done), begun, root.bits};
    m_periods[1] = {Height(root.height.value - done - interval), begun - static_cast<std::int64_t>(interval * blockSeconds),
                    compactOf(m_difficulty * random.uniform(0.95, 1.03))};
}

void SimulatedChain::notePeriod(const BlockSummary &block)
{
    if (block.height.value % rules().retargetInterval == 0)
        m_periods = {DifficultyHeader{block.height, block.time, block.bits}, m_periods[0]};
}

BlockSummary SimulatedChain::mine(std::int64_t unixMs)
{
    const BlockSummary &parent = tip();
    BlockSummary block;
    block.height = Height(parent.height.value + 1);
    block.hash = blockHash(m_seed, m_mined++);
    block.previousHash = parent.hash;
    // The time is set when work on the header began, and must be later than the median of the eleven before (BIP 113).
    const std::int64_t begun = unixMs / 1000 - static_cast<std::int64_t>(m_random.exponential(8));
    block.time = std::max(begun, parent.medianTime + 1);
    block.medianTime = medianTime(m_blocks, block.time);
    const bool begins = block.height.value % rules().retargetInterval == 0;
    block.bits = begins ? nextPeriodBits(rules(), m_periods[0], {parent.height, parent.time, parent.bits}) : parent.bits;
    block.version = drawVersion(m_random);
    block.chainwork = addWork(parent.chainwork, block.bits);
    block.subsidy = subsidyAt(block.height, rules().halvingInterval);
    const MiningPool &pool = drawMiningPool(m_random);
    block.miner = pool.name;
    block.coinbaseTag = pool.tag;
    return block;
}

void SimulatedChain::connect(BlockSummary block)
{
    notePeriod(block);
    m_blocks.push_back(std::move(block));
    if (m_blocks.size() > keptBlocks)
        m_blocks.erase(m_blocks.begin());
}

BlockSummary SimulatedChain::disconnect()
{
    BlockSummary block = std::move(m_blocks.back());
    m_blocks.pop_back();
    if (block.height == m_periods[0].height)
        m_periods[0] = m_periods[1]; // deeper than that no reorg goes
    return block;
}

/// Contents for a block that nobody will ask for in detail.
void SimulatedChain::fill(BlockSummary &block, Random &random, double feerate)
{
    if (random.chance(0.015)) {
        block.weight = Weight(1100);
        block.size = 300;
        block.txCount = 1;
        block.totalFees = Satoshi(0);
        return;
    }
    block.weight = Weight(3'996'000 - static_cast<std::int64_t>(random.exponential(2500)));
    block.size = static_cast<std::int64_t>(random.uniform(1.45e6, 1.95e6));
    block.txCount = static_cast<std::int32_t>(random.uniform(2100, 4300));
    const double lowest = std::max(feerate * random.uniform(0.75, 1.1), 0.1);
    const double spread = random.uniform(0.9, 1.3);
    constexpr std::array growth{0.0, 0.12, 0.25, 0.5, 0.95, 1.6, 3.6}; // of the logarithm of the feerate
    FeerateRange range;
    for (std::size_t i = 0; i < growth.size(); ++i)
        range[i] = Feerate(lowest * std::exp(spread * growth[i]));
    range[0] = Feerate(std::max(lowest * random.uniform(0.01, 0.4), 0.1)); // a parent that its child paid for
    block.feerateRange = range;
    const double mean = 0.3 * range[2].value + 0.4 * range[3].value + 0.3 * range[4].value;
    block.totalFees = Satoshi(static_cast<std::int64_t>(mean * static_cast<double>(block.weight.value) / 4));
}

} // namespace tipwatch::simulated
