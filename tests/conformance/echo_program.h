// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/gateway/raw_client.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <string>

namespace tipwatch::test {

/// ws_echo as a process of its own, on a free port.
class EchoProgram {
public:
    explicit EchoProgram(const QStringList &options = {})
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QStringLiteral(TIPWATCH_WS_ECHO), QStringList{QStringLiteral("--port"), QStringLiteral("0")} + options);
        while (m_process.waitForReadyRead(30'000)) {
            m_said += QString::fromUtf8(m_process.readAllStandardOutput());
            static const QRegularExpression port(QStringLiteral("ws://127\\.0\\.0\\.1:(\\d+)/\n"));
            if (const auto match = port.match(m_said); match.hasMatch()) {
                m_port = static_cast<std::uint16_t>(match.captured(1).toUInt());
                return;
            }
        }
        qFatal("ws_echo did not start: %s", qUtf8Printable(m_said));
    }
    ~EchoProgram()
    {
        m_process.terminate();
        if (!m_process.waitForFinished(30'000))
            m_process.kill();
    }

    std::uint16_t port() const { return m_port; }
    qint64 pid() const { return m_process.processId(); }

    /// @return a client that may talk at once. @p extensions: the offer, if there is to be one.
    RawClient connect(const std::string &extensions = {}, std::string *answer = nullptr) const
    {
        RawClient client = RawClient::connectTo(m_port);
        client.setPatience(60'000);
        const std::string head =
            client.upgrade("/", extensions.empty() ? std::string() : "Sec-WebSocket-Extensions: " + extensions + "\r\n");
        if (answer != nullptr)
            *answer = head;
        return client;
    }

private:
    QProcess m_process;
    QString m_said;
    std::uint16_t m_port = 0;
};

/// What @p client hears from now on, one word per frame, up to the end of the connection: "text(Hello)pong()close(1000)end".
inline std::string heard(RawClient &client)
{
    std::string said;
    const auto shown = [](const std::string &payload) {
        return payload.size() <= 40 ? payload : std::to_string(payload.size()) + " bytes of " + payload.front();
    };
    while (true) {
        const RawClient::Frame frame = client.readMessage();
        switch (frame.opcode) {
        case 1:
            said += "text(" + shown(frame.payload) + ")";
            break;
        case 2:
            said += "binary(" + shown(frame.payload) + ")";
            break;
        case 8:
            said += "close(" + std::to_string(frame.closeCode()) + ")";
            break;
        case 10:
            said += "pong(" + shown(frame.payload) + ")";
            break;
        case RawClient::closed:
            return said + "end";
        case RawClient::reset:
            return said + "reset";
        case RawClient::silent:
            return said + "silence";
        default:
            said += "frame(" + std::to_string(frame.opcode) + ")";
        }
    }
}

} // namespace tipwatch::test
