// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/tls_bridges.h"

#include "server/gateway/front_door/tls_bridge.h"

namespace tipwatch {

using namespace Qt::StringLiterals;

TlsBridges::TlsBridges(std::int64_t writeTimeoutMs) : m_writeTimeoutMs(writeTimeoutMs)
{
    m_thread.setObjectName(u"tw-tls"_s);
}

TlsBridges::~TlsBridges()
{
    if (!m_parent)
        return;
    // Those on their way to the thread first, so that their parent has them.
    QMetaObject::invokeMethod(
        m_parent, [] {}, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

int TlsBridges::carry(std::unique_ptr<QSslSocket> socket)
{
    if (!m_parent) {
        m_parent = new QObject;
        m_parent->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_parent, &QObject::deleteLater);
        m_thread.start();
    }
    auto bridge = std::make_unique<TlsBridge>(std::move(socket), m_writeTimeoutMs);
    const int descriptor = bridge->takeDescriptor();
    if (descriptor < 0)
        return -1;
    bridge->moveToThread(&m_thread);
    QMetaObject::invokeMethod(
        m_parent,
        [parent = m_parent, b = bridge.release()] {
            b->setParent(parent);
            QObject::connect(b, &TlsBridge::finished, b, &QObject::deleteLater);
            b->start();
        },
        Qt::QueuedConnection);
    return descriptor;
}

} // namespace tipwatch
