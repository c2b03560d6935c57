"""What a dataset holds, each kind played as the files of the dataset folder."""
