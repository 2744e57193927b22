// SPDX-License-Identifier: GPL-3.0-or-later
// Tells ThreadSanitizer how Qt orders what different threads do. Debian's Qt is not built with it, and Qt's locks are futexes, so it sees
// neither the queue of an event loop nor that a thread has ended. The functions here stand before those of QtCore (ELF interposition): what
// was done before a call or a signal was queued has happened before what it runs, what a thread ran before its wait() returns.
// Linked into the tests with -DTIPWATCH_SANITIZE=thread only.
#include <dlfcn.h>

#include <QMetaObject>
#include <QObject>
#include <QThread>

extern "C" {
void __tsan_acquire(void *address);
void __tsan_release(void *address);
}

namespace {

char anyThread; ///< stands for all that was run so far on behalf of an event loop

template <class Function> Function *next(const char *symbol)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
}

/// A slot or a functor between two threads.
class Ordered final : public QtPrivate::QSlotObjectBase {
public:
    /// @p origin: released by whoever has it called, besides this object by whoever makes it.
    Ordered(QtPrivate::QSlotObjectBase *inner, const QObject *origin)
        : QSlotObjectBase(&Ordered::run), m_inner(inner), m_origin(const_cast<QObject *>(origin))
    {
        __tsan_release(this);
    }

private:
    static void run(int which, QSlotObjectBase *self, QObject *receiver, void **arguments, bool *result)
    {
        __tsan_acquire(self);
        auto *ordered = static_cast<Ordered *>(self);
        switch (which) {
        case Destroy:
            ordered->m_inner->destroyIfLastRef();
            delete ordered;
            break;
        case Call:
            if (ordered->m_origin)
                __tsan_acquire(ordered->m_origin);
            ordered->m_inner->call(receiver, arguments);
            __tsan_release(ordered);
            __tsan_release(&anyThread);
            break;
        case Compare:
            *result = ordered->m_inner->compare(arguments);
            break;
        default:
            break;
        }
    }

    QSlotObjectBase *const m_inner;
    QObject *const m_origin;
};

} // namespace

bool QMetaObject::invokeMethodImpl(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, void *result)
{
    using Function = bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType, void *);
    static Function *const real =
        next<Function>("_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14Con"
                       "nectionTypeEPv");
    auto *ordered = new Ordered(slot, nullptr);
    ordered->ref(); // ours
    const bool isDone = real(object, ordered, type, result);
    if (type == Qt::BlockingQueuedConnection)
        __tsan_acquire(ordered);
    ordered->destroyIfLastRef();
    return isDone;
}

QMetaObject::Connection QObject::connectImpl(const QObject *sender, void **signal, const QObject *receiver, void **slotPointer,
                                             QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, const int *types,
                                             const QMetaObject *senderMetaObject)
{
    using Function = QMetaObject::Connection(const QObject *, void **, const QObject *, void **, QtPrivate::QSlotObjectBase *,
                                             Qt::ConnectionType, const int *, const QMetaObject *);
    static Function *const real =
        next<Function>("_ZN7QObject11connectImplEPKS_PPvS1_S3_PN9QtPrivate15QSlotObjectBaseEN2Qt14Connection"
                       "TypeEPKiPK11QMetaObject");
    __tsan_release(const_cast<QObject *>(sender));
    return real(sender, signal, receiver, slotPointer, new Ordered(slot, sender), type, types, senderMetaObject);
}

void QMetaObject::activate(QObject *sender, const QMetaObject *metaObject, int signal, void **arguments)
{
    using Function = void(QObject *, const QMetaObject *, int, void **);
    static Function *const real = next<Function>("_ZN11QMetaObject8activateEP7QObjectPKS_iPPv");
    __tsan_release(sender);
    real(sender, metaObject, signal, arguments);
}

bool QThread::wait(QDeadlineTimer deadline)
{
    using Function = bool(QThread *, QDeadlineTimer);
    static Function *const real = next<Function>("_ZN7QThread4waitE14QDeadlineTimer");
    const bool hasEnded = real(this, deadline);
    __tsan_acquire(&anyThread);
    return hasEnded;
}
