"""The named protocols: which frames count, how folds are cut, and the certificate of a split."""
