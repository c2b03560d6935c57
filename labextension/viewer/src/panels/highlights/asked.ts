/** What a menu, or something dropped on a tab, asks about before it is done. */
export type Asked =
  | {
      readonly about: 'page';
      readonly id: string;
      /** The page that was meant, where one was. */
      readonly other: string | null;
    }
  | { readonly about: 'group'; readonly id: string };
