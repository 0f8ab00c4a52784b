/// First in, first out; taking one costs the same however many wait.
package struct Fifo<Element> {
  private var elements: [Element?] = []
  private var head = 0

  /// Empty.
  package init() {}

  /// Adds one behind the others.
  package mutating func append(_ element: Element) { elements.append(element) }

  /// How many there are.
  package var count: Int { elements.count - head }

  /// The one that came first; nil when there is none.
  package var first: Element? { head < elements.count ? elements[head] : nil }

  /// Takes the one that came first; nil when there is none.
  package mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head]
    elements[head] = nil
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1024, head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }
}
