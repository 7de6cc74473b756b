import Testing
@Test func truth() { #expect(1 + 1 == 2) }
