/// What a power cut may leave of `lock.mdb`, which is mapped, never flushed, and means nothing once nobody holds it.
enum LockFile: CaseIterable {
    /// As the image before has left it.
    case left
    case missing
    case empty
    case cutShort
    case zeros
    case noise

    private static let sizeBytes = 16_384

    /// The same for the same image.
    init(for image: CrashImage.Name, seed: UInt64) {
        var random = SeededRandom(seed: seed ^ (UInt64(image.point) << 32 | UInt64(image.image)))
        self = Self.allCases[random.next(below: Self.allCases.count)]
    }

    /// The file's bytes; nil where there is none, or where it stays what it is.
    func content(seed: UInt64) -> [UInt8]? {
        switch self {
        case .left, .missing: nil
        case .empty: []
        case .cutShort: Self.noise(100, seed)
        case .zeros: [UInt8](repeating: 0, count: Self.sizeBytes)
        case .noise: Self.noise(Self.sizeBytes, seed)
        }
    }

    private static func noise(_ sizeBytes: Int, _ seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return (0..<sizeBytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}
