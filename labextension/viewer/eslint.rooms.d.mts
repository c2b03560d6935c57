export declare const roomRules: readonly unknown[];
