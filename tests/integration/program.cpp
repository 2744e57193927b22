// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/program.h"

#include <QEventLoop>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include <csignal>

using namespace Qt::StringLiterals;

namespace tipwatch {

namespace {

constexpr int patienceMs = 20'000; // sanitizers on a busy machine are slow; a healthy program takes a fraction of a second

} // namespace

Program::Program() : m_environment(QProcessEnvironment::systemEnvironment())
{
    for (const QString &name : m_environment.keys()) {
        if (name.startsWith("TIPWATCH_"_L1) || name.startsWith("WEBSOCKET_"_L1) || name.startsWith("API_"_L1))
            m_environment.remove(name);
    }
    m_environment.insert(u"HOME"_s, m_home.path());
    m_environment.remove(u"XDG_CONFIG_HOME"_s);
    m_environment.remove(u"XDG_DATA_HOME"_s);
}

Program::~Program()
{
    m_process.kill();
    m_process.waitForFinished();
}

void Program::start(const QStringList &arguments)
{
    m_output.clear();
    m_errors.clear();
    m_process.setProcessEnvironment(m_environment);
    m_process.start(QStringLiteral(TIPWATCH_PROGRAM), arguments);
    m_process.waitForStarted();
}

bool Program::serve(const QStringList &arguments)
{
    start(QStringList{u"--server-only"_s, u"--source"_s, u"simulated"_s, u"--seed"_s, u"1"_s, u"--simulate-mempool"_s, u"500"_s,
                      u"--http-port"_s, u"0"_s} +
          arguments);
    const bool serves = QTest::qWaitFor([this] { return !url().isEmpty() || !isRunning(); }, patienceMs) && !url().isEmpty();
    if (!serves)
        qWarning("not serving: %s", errors().constData());
    return serves;
}

int Program::run(const QStringList &arguments)
{
    start(arguments);
    return waitForEnd(patienceMs);
}

void Program::sendSignal(int signal)
{
    ::kill(static_cast<pid_t>(m_process.processId()), signal);
}

int Program::waitForEnd(int timeoutMs)
{
    const bool ended = QTest::qWaitFor([this] { return !isRunning(); }, timeoutMs);
    return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

const QByteArray &Program::output()
{
    return m_output += m_process.readAllStandardOutput();
}

const QByteArray &Program::errors()
{
    return m_errors += m_process.readAllStandardError();
}

QUrl Program::url()
{
    static const QRegularExpression line(u"^Open (http://\\S+)"_s, QRegularExpression::MultilineOption);
    return QUrl(line.match(QString::fromUtf8(output())).captured(1));
}

QUrl Program::webSocketUrl(const QString &path)
{
    QUrl address = url();
    address.setScheme(u"ws"_s);
    address.setPath(path);
    return address;
}

HttpReply httpGet(const QUrl &url)
{
    QNetworkAccessManager manager;
    QNetworkRequest request(url);
    request.setTransferTimeout(10'000);
    QNetworkReply *reply = manager.get(request);
    QEventLoop loop;
    QObject::connect(reply, &QNetworkReply::finished, &loop, &QEventLoop::quit);
    if (!reply->isFinished())
        loop.exec();
    return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), reply->readAll(),
            reply->rawHeader("Tipwatch-Position"), reply->rawHeader("Content-Type")};
}

} // namespace tipwatch
