// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <QUrl>

namespace tipwatch {

/// The real program as a child process: away from the home directory and the settings of whoever runs the test. Killed with this object.
class Program {
public:
    Program();
    ~Program();

    void setVariable(const char *name, const QString &value) { m_environment.insert(QString::fromLatin1(name), value); }
    void unsetVariable(const char *name) { m_environment.remove(QString::fromLatin1(name)); }
    QString home() const { return m_home.path(); }

    void start(const QStringList &arguments);
    /// Starts with --server-only on a free port, seeded, and waits until it says where it serves. @return false if it does not.
    bool serve(const QStringList &arguments = {});
    /// Starts it and waits for its end. @return the exit code; -1 if it did not end by itself.
    int run(const QStringList &arguments);

    void sendSignal(int signal);
    /// @return the exit code; -1 if it does not end in time, or not by itself.
    int waitForEnd(int timeoutMs = 10'000);
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    qint64 processId() const { return m_process.processId(); }

    /// All so far.
    const QByteArray &output();
    const QByteArray &errors();

    /// "http://127.0.0.1:PORT/", as it says itself; empty before.
    QUrl url();
    QUrl webSocketUrl(const QString &path = QStringLiteral("/ws"));

private:
    QTemporaryDir m_home;
    QProcessEnvironment m_environment;
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

/// An answer over HTTP.
struct HttpReply {
    int status = 0; ///< 0: no answer
    QByteArray body;
    QByteArray position; ///< Tipwatch-Position
    QByteArray type;     ///< Content-Type
    QJsonDocument json() const { return QJsonDocument::fromJson(body); }
    QJsonObject object() const { return json().object(); }
};

/// Waits for the answer, at most ten seconds.
HttpReply httpGet(const QUrl &url);

} // namespace tipwatch
