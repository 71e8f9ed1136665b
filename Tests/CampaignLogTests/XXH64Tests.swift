import CampaignLog
import Testing

@Suite("XXH64")
struct XXH64Tests {
    @Test(
        "agrees with published values",
        arguments: [
            ("", 0, 0xEF46_DB37_51D8_E999),
            ("a", 0, 0xD24E_C4F1_A98C_6E5B),
            ("as", 0, 0x1C33_0FB2_D66B_E179),
            ("asd", 0, 0x631C_37CE_72A9_7393),
            ("asdf", 0, 0x4158_72F5_99CE_A71E),
            ("abc", 0, 0x44BC_2CF5_AD77_0999),
            ("xxhash", 20_141_025, 0xB559_B98D_844E_0635),
            ("Nobody inspects the spammish repetition", 0, 0xFBCE_A83C_8A37_8BF1),
            ("Call me Ishmael. Some years ago--never mind how long precisely-", 0, 0x02A2_E854_70D6_FD96),
        ] as [(String, UInt64, UInt64)])
    func publishedValues(text: String, seed: UInt64, expected: UInt64) {
        #expect(XXH64.hash([UInt8](text.utf8), seed: seed) == expected)
    }
}
