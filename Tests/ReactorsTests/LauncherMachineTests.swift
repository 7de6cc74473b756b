import Reactors
import Testing
import Tracking

@Suite("Which session is launched when")
struct LauncherMachineTests {
    private let a = Session.ID("sess_a")!
    private let b = Session.ID("sess_b")!
    private let c = Session.ID("sess_c")!

    @Test("sessions are launched in the order they began to wait, as many as there are slots")
    func slots() {
        var machine = LauncherMachine(slots: 2)
        for session in [b, a, c] { machine.wait(session) }
        #expect(machine.step() == [.launch(b), .launch(a)])
        #expect(machine.step() == [])
        #expect(machine.queue == [c])
    }

    @Test("a slot is free when the process has ended and the session trains no more", arguments: [true, false])
    func freed(processFirst: Bool) {
        var machine = LauncherMachine(slots: 1)
        machine.wait(a)
        machine.wait(b)
        #expect(machine.step() == [.launch(a)])
        machine.claimed(a, isOurs: true)
        if processFirst { machine.processEnded(a) } else { machine.ended(a) }
        #expect(machine.step() == [])
        if processFirst { machine.ended(a) } else { machine.processEnded(a) }
        #expect(machine.step() == [.launch(b)])
    }

    @Test("a session waits once, however often it is told to")
    func waitsOnce() {
        var machine = LauncherMachine(slots: 1)
        machine.wait(a)
        machine.wait(a)
        #expect(machine.queue == [a])
        #expect(machine.step() == [.launch(a)])
        machine.processEnded(a)
        #expect(machine.step() == [])
    }

    @Test("a session that is stopped while it waits is never launched")
    func stoppedWhileWaiting() {
        var machine = LauncherMachine(slots: 1)
        machine.wait(a)
        machine.wait(b)
        machine.ended(a)
        #expect(machine.step() == [.launch(b)])
    }

    @Test("a lost session that waits again is launched only after its last process has ended")
    func restart() {
        var machine = LauncherMachine(slots: 2)
        machine.wait(a)
        #expect(machine.step() == [.launch(a)])
        machine.claimed(a, isOurs: true)
        machine.wait(a)
        #expect(machine.step() == [])
        machine.processEnded(a)
        #expect(machine.step() == [.launch(a)])
    }

    @Test("a training that an earlier server started keeps its slot until it ends")
    func inherited() {
        var machine = LauncherMachine(slots: 1)
        machine.claimed(a, isOurs: true)
        machine.wait(b)
        #expect(machine.step() == [])
        machine.ended(a)
        #expect(machine.step() == [.launch(b)])
    }

    @Test("trainings from elsewhere take no slot, and one that claims a waiting session takes it from the queue")
    func foreign() {
        var machine = LauncherMachine(slots: 1)
        machine.claimed(c, isOurs: false)
        machine.wait(a)
        machine.wait(b)
        machine.claimed(a, isOurs: false)
        #expect(machine.step() == [.launch(b)])
        #expect(machine.queue.isEmpty)
    }
}
