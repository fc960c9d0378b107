alter type "strategy_kind" add value if not exists 'WRAPPER' after 'SEARCH';
