import CampaignLog
import Testing

@Suite("The engine's lock")
struct EngineLockTests {
    @Test("is refused while held, with the holder's description, and free again afterwards")
    func sameProcess() throws {
        let scratch = Scratch()
        let directory = scratch.file("journal")
        #expect(try EngineLock.holder(directory: directory) == nil)
        let lock = try EngineLock.acquire(directory: directory, engineVersion: "1.2 \n3")
        #expect(TestFile.permissions(directory) == 0o700)
        #expect(TestFile.permissions(directory + "/engine.lock") == 0o600)
        var holder = lock.holder
        holder.engineVersion = "1.2 ?3"
        #expect(try EngineLock.holder(directory: directory) == holder)
        #expect(throws: LogError.locked(holder: holder)) {
            try EngineLock.acquire(directory: directory, engineVersion: "x")
        }
        lock.release()
        lock.release()
        #expect(try EngineLock.holder(directory: directory) == nil)
        _ = try EngineLock.acquire(directory: directory, engineVersion: "x")
    }

    @Test("ends with the process that holds it, even when that is killed")
    func otherProcess() throws {
        let scratch = Scratch()
        let child = try #require(ChildProcess("hold", scratch.path))
        #expect(child.line() == "held")
        let holder = try #require(try EngineLock.holder(directory: scratch.path))
        #expect(holder.pid == child.pid)
        #expect(holder.host == HostIdentity.current().name)
        #expect(holder.engineVersion == "probe-1")
        #expect(holder.startedAt.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
        #expect(throws: LogError.locked(holder: holder)) {
            try EngineLock.acquire(directory: scratch.path, engineVersion: "x")
        }
        child.kill()
        child.wait()
        child.closeInput()
        #expect(try EngineLock.holder(directory: scratch.path) == nil)
        _ = try EngineLock.acquire(directory: scratch.path, engineVersion: "x")
    }
}
