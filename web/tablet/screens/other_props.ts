/** A screen of its own, opened from a tile. */
export interface OtherProps {
  close(): void;
}
