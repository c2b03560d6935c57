"""Where data lie: dataset folders, HDF5 and Zarr files, and tables and matrices in them."""
