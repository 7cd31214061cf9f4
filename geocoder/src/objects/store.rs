//! The folders of searchable layers: `store/<layer>/<revision>`, each written beside and put in place by rename.
