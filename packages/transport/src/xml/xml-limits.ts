/** Bounds of one document, so that a hostile answer costs little. Going over one is `answer-invalid`. */
export interface XmlLimits {
  /** Elements inside one another, the document element included. */
  depth: number;
  /** Attributes of one element, namespace declarations included. */
  attributes: number;
  /** Characters of one tag. */
  tagLength: number;
  /** Characters of text in one direct child of the document element, all its descendants together. */
  text: number;
  /** Elements in one direct child of the document element. */
  nodes: number;
  /** Elements in the whole document. */
  totalNodes: number;
  /** Character and entity references in one direct child of the document element. */
  references: number;
}

export const defaultXmlLimits: Readonly<XmlLimits> = {
  depth: 100,
  attributes: 256,
  tagLength: 65_536,
  text: 16 * 1024 * 1024,
  nodes: 100_000,
  totalNodes: 5_000_000,
  references: 500_000,
};
