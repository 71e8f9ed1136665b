import CampaignLists
import Testing

@Suite("The sample campaign's list")
struct SampleCampaignTests {
    @Test(
        "has 10,000 rows, of which 40 are invalid, 60 duplicates and 25 suppressed", arguments: [17, 4096, 256 << 10])
    func counts(_ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let list = try ImportedList(
            [try ListSource(path: Fixture.path("SampleCampaign/recipients.csv"))],
            suppressions: [try ListSource(path: Fixture.path("SampleCampaign/suppressed.csv"))],
            mode: .skipInvalid, temporaryDirectory: folder.path, blockSizeBytes: blockSizeBytes)
        #expect(list.outcome.rowsTotal == 10_000)
        #expect(list.outcome.columns == ["email", "first_name", "last_name", "city", "plan", "customer"])
        #expect(list.outcome.invalidTotal == 40)
        #expect(list.outcome.duplicatesTotal == 60)
        #expect(list.outcome.suppressedTotal == 25)
        #expect(list.outcome.suppressionsTotal == 25)
        #expect(list.skips.count == 125)
        #expect(list.chunks.count == 79)
        #expect(list.chunks.last?.rowsTotal == 16)
        #expect(list.row(0) == ["ava.smith1@example.org", "Ava", "Smith", "London", "family, yearly", "1"])
        #expect(list.rows.contains { $0[3].contains("\n") })
        #expect(list.rows.filter { !$0[0].utf8.allSatisfy { $0 < 0x80 } }.count > 100)
    }

    @Test("is refused with its first bad rows unless they are to be skipped")
    func refused() throws {
        let folder = try TemporaryFolder()
        let source = try ListSource(path: Fixture.path("SampleCampaign/recipients.csv"))
        #expect {
            try ImportedList([source], temporaryDirectory: folder.path)
        } throws: { error in
            guard let refusal = error as? ListRefused else { return false }
            return refusal.badRowsTotal == 40 && refusal.badRows.count == 20 && refusal.rowsTotal == 10_000
        }
    }
}
