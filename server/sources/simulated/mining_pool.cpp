// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/mining_pool.h"

#include <array>

namespace tipwatch::simulated {

namespace {

constexpr std::array<MiningPool, 17> pools{{
    {"Foundry USA", "Foundry USA Pool #dropgold", 30.0},
    {"AntPool", "Mined by AntPool", 17.5},
    {"ViaBTC", "/ViaBTC/Mined by anonymous/", 12.5},
    {"F2Pool", "/F2Pool/", 10.5},
    {"SpiderPool", "SpiderPool/us/", 8.0},
    {"MARA Pool", "MARA Made in USA", 4.8},
    {"SECPOOL", "SecPool Mined by", 4.2},
    {"Luxor", "Powered by Luxor Tech", 2.8},
    {"Binance Pool", "binance/820", 2.2},
    {"OCEAN", "< OCEAN.XYZ >", 1.8},
    {"Braiins Pool", "/slush/", 1.5},
    {"SBI Crypto", "SBICrypto.com Pool", 1.4},
    {"BTC.com", "/BTC.COM/", 1.0},
    {"WhitePool", "WhitePool/", 0.6},
    {"Poolin", "/poolin.com/", 0.5},
    {"CKPool", "ckpool", 0.2},
    {"", "", 0.5},
}};

constexpr double total()
{
    double sum = 0;
    for (const MiningPool &pool : pools)
        sum += pool.share;
    return sum;
}
static_assert(total() > 99.99 && total() < 100.01);

} // namespace

const MiningPool &drawMiningPool(Random &random)
{
    double pick = random.uniform(0, 100);
    for (const MiningPool &pool : pools) {
        if (pick < pool.share)
            return pool;
        pick -= pool.share;
    }
    return pools.back();
}

} // namespace tipwatch::simulated
