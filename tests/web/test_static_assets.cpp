// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/static_assets.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QUrl>

using namespace tipwatch;
using namespace Qt::StringLiterals;

class TestStaticAssets : public QObject {
    Q_OBJECT

    const StaticAssets m_assets;

    const Asset *named(const char *name) const { return m_assets.find(m_assets.root() + '/' + name); }

    static QString textOf(const Asset &asset)
    {
        return QString::fromUtf8(asset.body.data(), static_cast<qsizetype>(asset.body.size()));
    }

    /// Each address that a script imports or a style loads, seen from @p path, has to be there.
    void checkReferences(const std::string &path, const Asset &asset)
    {
        static const QRegularExpression reference(u"(?:from|url\\()\\s*\"?(\\.{0,2}[\\w./-]+\\.\\w+)"_s);
        for (auto it = reference.globalMatch(textOf(asset)); it.hasNext();) {
            const QUrl target = QUrl(QString::fromStdString("http://x" + path)).resolved(QUrl(it.next().captured(1)));
            QVERIFY2(m_assets.find(target.path().toStdString()), qPrintable(target.path()));
        }
    }

private Q_SLOTS:
    void typesWhatBrowsersGet_data()
    {
        QTest::addColumn<QString>("type");
        QTest::newRow("style.css") << u"text/css; charset=utf-8"_s;
        QTest::newRow("live/page.js") << u"text/javascript; charset=utf-8"_s;
        QTest::newRow("client/index.js") << u"text/javascript; charset=utf-8"_s;
        QTest::newRow("icon.svg") << u"image/svg+xml"_s;
        QTest::newRow("fonts/inter-400.woff2") << u"font/woff2"_s;
    }

    void typesWhatBrowsersGet()
    {
        QFETCH(QString, type);
        const Asset *asset = named(QTest::currentDataTag());
        QVERIFY(asset);
        QCOMPARE(QString::fromStdString(asset->contentType), type);
        QVERIFY(asset->immutable);
        QVERIFY(QRegularExpression(u"^\"[0-9a-f]{12}\"$"_s).match(QString::fromStdString(asset->etag)).hasMatch());
    }

    void holdsTheFilesAsTheyAre()
    {
        QFile file(QStringLiteral(TIPWATCH_WEB_RESOURCES "/style.css"));
        QVERIFY(file.open(QFile::ReadOnly));
        QCOMPARE(textOf(*named("style.css")), QString::fromUtf8(file.readAll()));
        QVERIFY(named("fonts/inter-400.woff2")->body.starts_with("wOF2"));
    }

    void knowsNothingElse_data()
    {
        QTest::addColumn<QString>("path");
        const QString root = QString::fromStdString(m_assets.root());
        QTest::newRow("empty") << QString();
        QTest::newRow("folder") << root + u'/';
        QTest::newRow("template") << root + u"/home.mustache"_s;
        QTest::newRow("climbing") << root + u"/../style.css"_s;
        QTest::newRow("doubled slash") << root + u"//style.css"_s;
        QTest::newRow("another version") << u"/assets/000000000000/style.css"_s;
        QTest::newRow("another case") << root + u"/STYLE.css"_s;
    }

    void knowsNothingElse()
    {
        QFETCH(QString, path);
        QVERIFY(!m_assets.find(path.toStdString()));
    }

    void refersOnlyToWhatIsThere()
    {
        int scripts = 0;
        for (const auto &[path, asset] : m_assets.all()) {
            if (!path.ends_with(".js") && !path.ends_with(".css"))
                continue;
            ++scripts;
            checkReferences(path, asset);
        }
        QVERIFY(scripts > 10);
    }

    void weighsLittle()
    {
        qsizetype total = 0;
        for (const auto &[path, asset] : m_assets.all()) {
            const QByteArray body(asset.body.data(), static_cast<qsizetype>(asset.body.size()));
            total += path.ends_with(".woff2") ? body.size() : qCompress(body, 6).size(); // fonts are compressed already
        }
        qInfo("assets: %zu files, %lld bytes compressed one by one", m_assets.all().size(), static_cast<long long>(total));
        QVERIFY2(total < 150 * 1024, "issue 6 allows 150 KB for the whole page");
    }

    void namesItselfAfterItsContent()
    {
        QVERIFY(QRegularExpression(u"^/assets/[0-9a-f]{12}$"_s).match(QString::fromStdString(m_assets.root())).hasMatch());
        QCOMPARE(StaticAssets().root(), m_assets.root());
    }
};

QTEST_GUILESS_MAIN(TestStaticAssets)
#include "test_static_assets.moc"
