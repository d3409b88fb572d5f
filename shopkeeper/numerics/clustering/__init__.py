"""Groups in clouds of points: scores by quantile, k-means, how many groups there are and whether there are any, density, maps."""
