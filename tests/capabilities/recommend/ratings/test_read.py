from datetime import datetime

from shopkeeper.capabilities.recommend.ratings.read import read_ratings


def review(number, customer, product, rating, day=1):
    return {
        "review_id": f"r{number}", "at": datetime(2024, 1, day), "customer_id": customer, "product_id": product, "rating": rating,
    }  # fmt: skip


def told(ratings):
    return [
        (ratings.customers.text(customer), ratings.products.text(product), rating)
        for customer, product, rating in zip(ratings.customer, ratings.product, ratings.rating, strict=True)
    ]


def test_the_newest_rating_of_each_pair(view_of):
    view = view_of({
        "reviews": [
            review(1, "b", "q", 5.0, 3), review(2, "a", "p", 1.0, 2), review(3, "b", "q", 2.0, 1), review(4, "a", "p", 4.0, 2),
            review(5, None, "p", 3.0), review(6, "a", None, 3.0), review(7, "a", "q", None),
        ]
    })  # fmt: skip
    assert told(read_ratings(view)) == [("a", "p", 4.0), ("b", "q", 5.0)]


def test_no_reviews(view_of):
    assert len(read_ratings(view_of({"reviews": []}))) == 0
