// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/blocks_model.h"
#include "qml/models/fees_model.h"
#include "qml/models/gateway_model.h"
#include "qml/models/mempool_model.h"
#include "qml/models/next_block_model.h"
#include "qml/models/projected_blocks_model.h"
#include "qml/models/status_model.h"
#include "qml/models/tip_model.h"
#include "qml/models/transaction_feed_model.h"
#include "qml/models/update_feed.h"
#include "tests/qml/scripted_chain.h"
#include "tests/support/fake_clock.h"

#include <QCoreApplication>
#include <QObject>

namespace tipwatch::test {

/// For tests in QML: the real models on a scripted chain, and what can happen to it. Time stands unless pass() moves it.
class QuickBench : public QObject {
    Q_OBJECT
    Q_PROPERTY(tipwatch::StatusModel *status READ status CONSTANT)
    Q_PROPERTY(tipwatch::TipModel *tip READ tip CONSTANT)
    Q_PROPERTY(tipwatch::FeesModel *fees READ fees CONSTANT)
    Q_PROPERTY(tipwatch::BlocksModel *blocks READ blocks CONSTANT)
    Q_PROPERTY(tipwatch::ProjectedBlocksModel *projected READ projected CONSTANT)
    Q_PROPERTY(tipwatch::NextBlockModel *nextBlock READ nextBlock CONSTANT)
    Q_PROPERTY(tipwatch::MempoolModel *mempool READ mempool CONSTANT)
    Q_PROPERTY(tipwatch::TransactionFeedModel *transactions READ transactions CONSTANT)
    Q_PROPERTY(tipwatch::GatewayModel *gateway READ gateway CONSTANT)

public:
    QuickBench()
    {
        m_chain.store.projectedInterest().want(this, 1);
        m_feed.start();
    }

    Q_INVOKABLE void begin(int blocks, int transactions)
    {
        m_chain.begin(blocks, 500, transactions);
        pass(100);
    }
    Q_INVOKABLE void mine()
    {
        m_chain.mine();
        pass(0);
    }
    Q_INVOKABLE void disconnectTip()
    {
        m_chain.disconnectTip();
        pass(0);
    }
    Q_INVOKABLE void send(int count)
    {
        m_chain.send(count);
        pass(100);
    }
    Q_INVOKABLE void setState(int state, const QString &reason)
    {
        m_chain.setState(static_cast<SourceState>(state), reason.toStdString(), 0.43);
        pass(0);
    }
    Q_INVOKABLE void pass(int ms)
    {
        m_clock.advance(ms);
        QCoreApplication::sendPostedEvents();
        for (UpdateReader *reader :
             std::initializer_list<UpdateReader *>{&m_status, &m_tip, &m_blocks, &m_projected, &m_nextBlock, &m_mempool})
            reader->tick(m_clock.unixMs());
    }

    StatusModel *status() { return &m_status; }
    TipModel *tip() { return &m_tip; }
    FeesModel *fees() { return &m_fees; }
    BlocksModel *blocks() { return &m_blocks; }
    ProjectedBlocksModel *projected() { return &m_projected; }
    NextBlockModel *nextBlock() { return &m_nextBlock; }
    MempoolModel *mempool() { return &m_mempool; }
    TransactionFeedModel *transactions() { return &m_transactions; }
    GatewayModel *gateway() { return &m_gateway; }

private:
    FakeClock m_clock;
    ScriptedChain m_chain{m_clock};
    StatusModel m_status;
    TipModel m_tip;
    FeesModel m_fees;
    BlocksModel m_blocks;
    ProjectedBlocksModel m_projected;
    NextBlockModel m_nextBlock;
    MempoolModel m_mempool;
    TransactionFeedModel m_transactions;
    GatewayModel m_gateway;
    UpdateFeed m_feed{m_chain.bus,
                      [this] { return m_chain.store.snapshot(); },
                      m_clock,
                      {&m_status, &m_tip, &m_fees, &m_blocks, &m_projected, &m_nextBlock, &m_mempool, &m_transactions}};
};

} // namespace tipwatch::test
