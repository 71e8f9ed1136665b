/// Working memory of a render, to be kept between renders so that they do not allocate.
///
/// It carries nothing from one message to the next but capacity.
package struct RenderScratch: Sendable {
    /// The recipient's fields by slot, during a render.
    var values: [ArraySlice<UInt8>] = []
    /// A header field's or a body's text before it is encoded.
    var text: [UInt8] = []
    var key: [UInt8] = []

    package init() {}
}
